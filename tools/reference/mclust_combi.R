# Figures of mclust's clustCombi for test/merge.test.ts.
#
#     Rscript tools/reference/mclust_combi.R test/fixtures
#
# Needs R with mclust and jsonlite (Debian: r-cran-mclust, r-cran-jsonlite). Writes combi.mclust.json, and the two data sets
# of Baudry et al. (2010) that it uses, as CSV. Responsibilities are those of one E-step from the parameters written, not
# those that the EM stopped with, so that whoever has the parameters has the responsibilities.
suppressMessages(library(mclust))
library(jsonlite)
directory <- commandArgs(trailingOnly = TRUE)[1]
data(Baudry_etal_2010_JCGS_examples)

cases <- list(
  list(data = "baudry_4_1", rows = ex4.1, G = NULL, model = NULL),
  list(data = "baudry_4_1", rows = ex4.1, G = 10, model = "EEV"),
  list(data = "baudry_4_4_2", rows = ex4.4.2, G = 8, model = "EVI"),
  list(data = "iris", rows = iris[, 1:4], G = 5, model = "VVV"),
  list(data = "iris", rows = iris[, 1:4], G = 3, model = "EEE"),
  list(data = "faithful", rows = faithful, G = 8, model = "VVI"),
  list(data = "faithful", rows = faithful, G = 3, model = "EEE"),
  list(data = "faithful", rows = faithful, G = 2, model = "VVV")
)

figures <- lapply(cases, function(case) {
  rows <- case$rows
  mixture <- Mclust(rows, G = case$G, modelNames = case$model, verbose = FALSE)
  parameters <- mixture$parameters
  mixture$z <- estep(data = as.matrix(rows), modelName = mixture$modelName, parameters = parameters)$z
  combi <- clustCombi(mixture)
  G <- mixture$G
  entropies <- sapply(1:G, function(k) { z <- combi$combiz[[k]]; -sum(ifelse(z > 0, z * log(z), 0)) })
  list(
    data = unbox(case$data), model = unbox(mixture$modelName), G = unbox(G),
    weights = parameters$pro,
    means = t(parameters$mean),
    covariances = lapply(1:G, function(k) parameters$variance$sigma[, , k]),
    entropies = entropies,
    # for 1, 2, ... clusters: the cluster of each row, counted from 1, one character each
    labels = sapply(1:G, function(k) paste(combi$classification[[k]], collapse = if (G > 9) " " else "")),
    elbow = unbox(if (G > 2) clustCombiOptim(combi, reg = 2)$numClusters.combi else G)
  )
})

text <- toJSON(list(source = unbox(paste("mclust", packageVersion("mclust"))), cases = figures), digits = NA)
writeLines(text, file.path(directory, "combi.mclust.json"))
for (name in c("baudry_4_1", "baudry_4_4_2")) {
  rows <- if (name == "baudry_4_1") ex4.1 else ex4.4.2
  names(rows) <- paste0("x", seq_along(rows))
  lines <- do.call(paste, c(lapply(rows, function(column) sapply(column, format, digits = 15)), sep = ","))
  writeLines(c(paste(names(rows), collapse = ","), lines), file.path(directory, paste0(name, ".csv")))
}
