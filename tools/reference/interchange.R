# Models of R's mclust as jsonlite writes them, with the log-densities they give: what test/interchange.test.ts reads.
#
#     apt-get install r-base-core r-cran-mclust r-cran-jsonlite
#     Rscript tools/reference/interchange.R . > test/fixtures/interchange/mclust.json
#
# The argument is the folder of this repository. Log-densities have 17 digits.
suppressMessages({ library(mclust); library(jsonlite) })
root <- commandArgs(trailingOnly = TRUE)[1]
iris4 <- as.matrix(read.csv(file.path(root, "examples/iris.csv"))[, 1:4])
eruptions <- read.csv(file.path(root, "test/fixtures/faithful.csv"))$eruptions
rows <- seq(1, 150, by = 15)

quoted <- function(text) toJSON(unbox(text))
case <- function(name, json, density) {
  sprintf('{"model":%s,"json":%s,"logDensity":[%s]}', quoted(name), quoted(json), paste(sprintf("%.17g", density), collapse = ","))
}
fitted <- function(data, model, G, ...) Mclust(data, G = G, modelNames = model, verbose = FALSE, ...)
densities <- function(fit, data) dens(data, modelName = fit$modelName, parameters = fit$parameters, logarithm = TRUE)

cases <- c()
for (model in mclust.options("emModelNames")) {
  fit <- fitted(iris4, model, 3)
  cases <- c(cases, case(model, toJSON(fit$parameters, digits = NA), densities(fit, iris4[rows, ])))
}
for (model in c("XII", "XXI", "XXX")) {
  fit <- fitted(iris4, model, 1)
  cases <- c(cases, case(model, toJSON(fit$parameters, digits = NA), densities(fit, iris4[rows, ])))
}
univariate <- c()
for (model in c("E", "V", "X")) {
  fit <- fitted(eruptions, model, if (model == "X") 1 else 2)
  univariate <- c(univariate, case(model, toJSON(fit$parameters, digits = NA), densities(fit, eruptions[rows])))
}
fit <- fitted(iris4, "VVV", 3)
model <- list(modelName = fit$modelName, parameters = fit$parameters, columns = colnames(iris4))
nested <- case("VVV", toJSON(model, digits = NA, auto_unbox = TRUE, pretty = TRUE), densities(fit, iris4[rows, ]))
turned <- toJSON(fit$parameters, digits = NA, matrix = "columnmajor")
set.seed(1)
noisy <- fitted(iris4, "VVV", 2, initialization = list(noise = sample(c(TRUE, FALSE), 150, TRUE, c(0.1, 0.9))))

cat(sprintf(
  '{"source":%s,\n"rows":%s,\n"cases":[\n%s],\n"univariate":[\n%s],\n"nested":%s,\n"columnMajor":%s,\n"noise":%s}\n',
  quoted(sprintf("R %s, mclust %s, jsonlite %s", getRversion(), packageVersion("mclust"), packageVersion("jsonlite"))),
  toJSON(rows - 1), paste(cases, collapse = ",\n"), paste(univariate, collapse = ",\n"), nested, quoted(turned),
  quoted(toJSON(noisy$parameters, digits = NA))
))
