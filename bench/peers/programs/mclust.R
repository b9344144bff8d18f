# EM iterations, whole fits and selections of R's mclust on command: JSON lines in, JSON lines out (see README.md).
suppressMessages(library(mclust))
options(warn = -1)

MODELS <- c(full = "VVV", tied = "EEE", diag = "VVI", spherical = "VII")

# The commands are flat objects that run.mjs writes: no escapes, no blanks.
field <- function(line, name) {
  found <- regmatches(line, regexec(paste0("\"", name, "\":\"?([^,\"}]*)"), line))[[1]]
  if (length(found) == 2) found[2] else NULL
}
number <- function(line, name) as.numeric(field(line, name))

clock <- function() as.numeric(Sys.time()) * 1e3

answer <- function(...) {
  cat("{", ..., "}\n", sep = "")
  flush(stdout())
}

variance <- function(model, values, d, K) {
  matrices <- function() array(values, c(d, d, K))
  shape <- switch(model,
    VVV = list(sigma = matrices(), cholsigma = array(apply(matrices(), 3, chol), c(d, d, K))),
    EEE = list(Sigma = matrix(values, d), cholSigma = chol(matrix(values, d))),
    VVI = {
      variances <- matrix(values, d)
      scale <- exp(colMeans(log(variances)))
      list(scale = scale, shape = sweep(variances, 2, scale, "/"))
    },
    VII = list(sigmasq = values)
  )
  c(list(modelName = model, d = d, G = K), shape)
}

load <- function(line) {
  N <- number(line, "N")
  d <- number(line, "d")
  K <- number(line, "K")
  rows <- matrix(readBin(field(line, "rows"), "double", N * d), ncol = d, byrow = TRUE)
  state <- list(rows = rows, K = K)
  path <- field(line, "start")
  if (is.null(path)) return(state)
  start <- readBin(path, "double", file.size(path) / 8)
  state$model <- MODELS[[field(line, "covarianceType")]]
  parameters <- list(
    pro = start[1:K],
    mean = matrix(start[K + seq_len(K * d)], nrow = d),
    variance = variance(state$model, start[-seq_len(K + K * d)], d, K)
  )
  state$z <- estep(rows, modelName = state$model, parameters = parameters)$z
  state
}

# me: an M-step and an E-step, so many times, from responsibilities. It ends by itself only where the log-likelihood no
# longer changes by a single bit.
run <- function(state, iterations) {
  before <- clock()
  fit <- me(state$rows, modelName = state$model, z = state$z, control = emControl(itmax = iterations, tol = 0))
  ms <- clock() - before
  done <- abs(attr(fit, "info")[["iterations"]])
  if (done != iterations) stop(done, " iterations instead of ", iterations)
  state$z <- fit$z
  state$logLikelihood <- fit$loglik
  state$ms <- ms / iterations
  state
}

whole <- function(state, seed, type) {
  set.seed(seed)
  before <- clock()
  fit <- Mclust(state$rows, G = state$K, modelNames = MODELS[[if (is.null(type)) "full" else type]], verbose = FALSE)
  ms <- clock() - before
  if (is.null(fit)) stop("no fit")
  list(ms = ms, logLikelihood = fit$loglik)
}

# mclustBIC of all types and 1 to so many components; its BIC has the other sign.
selection <- function(state, most) {
  before <- clock()
  table <- mclustBIC(state$rows, G = seq_len(most), modelNames = unname(MODELS), verbose = FALSE)
  ms <- clock() - before
  N <- nrow(state$rows)
  d <- ncol(state$rows)
  cells <- character()
  scores <- numeric()
  for (type in names(MODELS)) for (K in seq_len(most)) {
    score <- -table[K, MODELS[[type]]]
    logLikelihood <- (nMclustParams(MODELS[[type]], d, K) * log(N) - score) / 2
    number <- function(value) if (is.na(value)) "null" else sprintf("%.17g", value)
    cells <- c(cells, sprintf(
      "{\"type\":\"%s\",\"K\":%d,\"bic\":%s,\"logLikelihood\":%s}", type, K, number(score), number(logLikelihood)
    ))
    scores <- c(scores, score)
  }
  winner <- cells[which.min(scores)]
  sprintf("\"ms\":%.6f,\"cells\":[%s],\"winner\":%s", ms, paste(cells, collapse = ","), winner)
}

state <- NULL
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  tryCatch(
    switch(field(line, "command"),
      about = answer(sprintf(
        "\"version\":\"mclust %s, R %s.%s\"", packageVersion("mclust"), R.version$major, R.version$minor
      )),
      load = {
        state <- NULL
        state <- load(line)
        answer()
      },
      run = {
        iterations <- number(line, "iterations")
        state <- run(state, iterations)
        answer("\"ms\":[", paste(rep(sprintf("%.6f", state$ms), iterations), collapse = ","), "]")
      },
      logLikelihood = answer(sprintf("\"logLikelihood\":%.17g", state$logLikelihood)),
      fit = {
        fit <- whole(state, number(line, "seed"), field(line, "covarianceType"))
        answer(sprintf("\"ms\":%.6f,\"logLikelihood\":%.17g", fit$ms, fit$logLikelihood))
      },
      select = answer(selection(state, number(line, "most"))),
      {
        state <- NULL
        answer()
      }
    ),
    error = function(error) answer("\"error\":\"", gsub("[\"\\\\\n]", " ", conditionMessage(error)), "\"")
  )
}
