# Default fits of R's mclust, whose start (hierarchical clustering) knows no chance: one a case.
# Rscript mclust_fits.R CASES.csv > mclust.csv     (node bench/quality/run.mjs writes CASES.csv and starts this)
# CASES.csv: file, columns, K, model. Output: log-likelihood (NA if the fit failed) and the labels, one case a line.
suppressMessages(library(mclust))
cases <- read.csv(commandArgs(trailingOnly = TRUE)[1], stringsAsFactors = FALSE)
cat("version", as.character(packageVersion("mclust")), "\n")
for (i in seq_len(nrow(cases))) {
  data <- as.matrix(read.csv(cases$file[i])[, seq_len(cases$columns[i])])
  fit <- try(Mclust(data, G = cases$K[i], modelNames = cases$model[i], verbose = FALSE), silent = TRUE)
  if (inherits(fit, "try-error") || is.null(fit)) cat("NA\n")
  else cat(sprintf("%.9f", fit$loglik), fit$classification - 1, "\n")
}
