# Scores rows with a model that toMclust wrote: mclust.R MODEL.json ROWS.csv DENSITY.csv
suppressMessages(library(mclust))
paths <- commandArgs(trailingOnly = TRUE)

m <- jsonlite::fromJSON(paths[1])

rows <- as.matrix(read.csv(paths[2], header = FALSE))
if (ncol(rows) == 1) rows <- rows[, 1]
density <- dens(rows, modelName = m$modelName, parameters = m$parameters, logarithm = TRUE)
writeLines(sprintf("%.17g", density), paths[3])
posterior <- estep(rows, modelName = m$modelName, parameters = m$parameters)$z
stopifnot(abs(rowSums(posterior) - 1) < 1e-12, nrow(sim(m$modelName, m$parameters, 10)) == 10)
