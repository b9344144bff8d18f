# Writes test/fixtures/mclust-prior.csv: maximum a posteriori fits of R's mclust with its default prior (Fraley & Raftery
# 2007), from given labels to a relative change of 1e-14: iris from the species, faithful from eruptions > 3.
# Rscript tools/reference/mclust_prior.R
suppressMessages(library(mclust))
figures <- function(data, labels, name, model) {
  control <- emControl(tol = c(1e-14, 1e-14), itmax = c(1e5, 1e5))
  fit <- me(data = data, modelName = model, z = unmap(labels), prior = priorControl(), control = control)
  p <- fit$parameters
  numbers <- c(fit$loglik, p$pro, p$mean, p$variance$sigma)
  data.frame(data = name, model = model, K = ncol(p$mean), d = nrow(p$mean), numbers = paste(sprintf("%.12g", numbers), collapse = " "))
}
rows <- list()
for (model in c("VVV", "EEE", "VVI", "VII")) {
  rows[[length(rows) + 1]] <- figures(as.matrix(iris[, 1:4]), rep(1:3, each = 50), "iris", model)
  rows[[length(rows) + 1]] <- figures(as.matrix(faithful), ifelse(faithful$eruptions > 3, 2, 1), "faithful", model)
}
write.csv(do.call(rbind, rows), "test/fixtures/mclust-prior.csv", row.names = FALSE, quote = FALSE)
