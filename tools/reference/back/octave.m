% Scores rows with a model that toMatlab wrote: octave.m MODEL.json ROWS.csv DENSITY.csv
warning ("off", "all");
pkg load statistics
paths = argv ();

s = jsondecode (fileread (paths{1}));
gm = gmdistribution (s.mu, s.Sigma, s.ComponentProportion');

density = log (pdf (gm, csvread (paths{2})));
file = fopen (paths{3}, "w");
fprintf (file, "%.17g\n", density);
fclose (file);
