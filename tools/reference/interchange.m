% Distributions of Octave's statistics package, whose gmdistribution has MATLAB's properties, as jsonencode writes them,
% with the log-densities they give: what test/interchange.test.ts reads.
%
%     apt-get install octave octave-statistics
%     octave-cli --quiet tools/reference/interchange.m > test/fixtures/interchange/matlab.json
%
% Octave's jsonencode writes 16 digits at most (MATLAB's 17), so the parameters here have few.
warning("off", "all");
pkg load statistics
function text = encoded (gm)
  text = jsonencode (struct ("mu", gm.mu, "Sigma", gm.Sigma, "ComponentProportion", gm.ComponentProportion, ...
    "CovarianceType", gm.CovarianceType, "SharedCovariance", gm.SharedCovariance));
endfunction
function text = case_of (name, mu, Sigma, p, x)
  gm = gmdistribution (mu, Sigma, p);
  density = sprintf ("%.17g,", log (pdf (gm, x)));
  text = sprintf ("{\"name\":\"%s\",\"json\":%s,\"rows\":%s,\"logDensity\":[%s]}", name, jsonencode (encoded (gm)), ...
    jsonencode (num2cell (x, 2)), density(1:end-1));
endfunction
mu = [1.5 -2; 0.25 3; -4 0.125];
S = cat (3, [2 0.5; 0.5 1], [1 -0.25; -0.25 0.75], [0.5 0; 0 3]);
x = [0 0; 1 -2; -3 1; 5 5];
one = [0.5 -1 2];
S3 = [2 0.5 0.25; 0.5 1 0; 0.25 0 3];
x3 = [0 0 0; 1 2 3; -1 0.5 2];
p = [0.5 0.25 0.25];
z = [-1; 0.5; 3];
cases = {
  case_of("full", mu, S, p, x)
  case_of("full, shared", mu, S(:, :, 1), p, x)
  case_of("diagonal", mu, cat (3, [2 0.5], [1 0.75], [0.5 3]), p, x)
  case_of("diagonal, shared", mu, [2 0.5], p, x)
  case_of("full, one component", one, S3, 1, x3)
  case_of("diagonal, one component", one, [2 1 3], 1, x3)
  case_of("full, one column", mu(:, 1), cat (3, 2, 1, 0.5), p, z)
  case_of("full, shared, one column", mu(:, 1), 2, p, z)
  case_of("full, one component, one column", 1.5, 2, 1, z)
};
printf ("{\"source\":\"GNU Octave %s\",\n\"cases\":[\n%s]}\n", version (), strjoin (cases', ",\n"));
