// Every constant by which the search for a start, a fit, or a larger model is tuned: how much it looks at, and when it ends.
//
// In brackets: its unit, and what chose it. "labelled" is agreement with known groups (bench/quality/labelled.mjs) and "ties" that of data
// with ties (bench/quality/ties.mjs), "quality" is the share of seeds that end at the best solution known (bench/quality/run.mjs), "small" the same for small data with more components than groups (bench/quality/small.mjs), "time"
// that of whole fits beside other programs (bench/peers/run.mjs), "paper" the work that is named where the constant is used.
import type { InitStrategy } from "../input/options.ts";

/** The strategies that make one start; the others let several of these race. */
export type SimpleStrategy = Exclude<InitStrategy, "race" | "short-em">;

// k-means

/** Lloyd's algorithm takes at most this many iterations. [iterations; scikit-learn's figure] */
export const LLOYD_ITERATIONS = 300;
/** Lloyd's algorithm stops when the centres' squared steps sum to less than this share of the columns' mean variance. [share; scikit-learn's figure] */
export const LLOYD_SHIFT = 1e-4;
/** Lloyd's algorithm keeps bounds of distances once fewer than this share of the rows change their cluster. [share of the rows; time] */
export const LLOYD_BOUNDS: number = 1 / 16;
/** As one start of several, k-means takes at most this many iterations, for EM goes on sooner. [iterations; quality] */
export const BRIEF_LLOYD_ITERATIONS = 10;
/** As one start of several, k-means takes each seed for the best of K + 2 rows, but of no more than this number and 2. [rows; quality] */
export const MOST_SEED_TRIALS = 10;
/** This share of its variance is added to each column before columns are freed of correlation, so that dependent ones can be, too. [share of a variance; quality] */
export const WHITENING_SHARE = 1e-10;
/** Values farther from a column's mean than this are drawn in, for clusters that far rows do not decide. [standard deviations; "labelled"] */
export const WINSORISED_DEVIATIONS = 2.5;
/** Values are drawn in this often, each time by the mean and deviation of what the time before has left. [times; "labelled"] */
export const WINSORISED_TIMES = 10;

// hierarchies

/** Rows are agglomerated up to this product of their squared number and the columns. [squared rows times columns; time] */
export const AGGLOMERATION_WORK = 6e6;
/** The same for rows that are a sample themselves. [squared rows times columns; time] */
export const SAMPLED_AGGLOMERATION_WORK = 5e5;
/** Of a sample, a hierarchy gives clusters only where each has this many rows on average. [rows; time] */
export const AGGLOMERATED_ROWS_PER_CLUSTER = 5;

// samples of the rows

/** A sample to start from has at least this many rows. [rows; quality] */
export const LEAST_SAMPLE_ROWS = 8192;
/** A sample to start from has at least this many rows for each component. [rows; quality] */
export const SAMPLE_ROWS_PER_COMPONENT = 128;
/** A sample has at least this many more rows for each component and column. [rows; quality] */
export const SAMPLE_ROWS_PER_COLUMN = 8;
/** A start looks at a sample only where all rows are at least this many times as many. [ratio; time] */
export const SAMPLE_PAYS = 4;
/** The sample in which contenders race has at least this many rows. [rows; quality] */
export const LEAST_RACE_ROWS = 2048;
/** The sample in which contenders race has at least this many rows for each component. [rows; quality] */
export const RACE_ROWS_PER_COMPONENT = 64;
/** Contenders race in a sample only where all rows are at least this many times as many. [ratio; time] */
export const RACE_SAMPLE_PAYS = 2;
/** EM on a sample: what it still gains per row after this is less than what the other rows will change. [nats per row, M-steps; quality] */
export const SAMPLE_CLIMB: { readonly tol: number; readonly maxIter: number } = { tol: 1e-4, maxIter: 20 };
/** Each larger sample has this many times the rows of the one before. [ratio; time] */
export const SAMPLE_GROWTH = 16;
/** A larger sample is used only where all rows are at least this many times as many. [ratio; time] */
export const LARGER_SAMPLE_PAYS = 6;
/** EM on a larger sample ends when this much is left to gain for each parameter, as chance has moved the optimum by half a nat. [nats; time] */
export const SAMPLE_TOL_PER_PARAMETER = 0.05;
/** EM on a larger sample takes at most this many M-steps. [M-steps; time] */
export const SAMPLE_ITERATIONS = 100;

// a search that ends soon

/** The spaces in which rows are clustered, the preferred one first. ["labelled"] */
export const SPACES_STARTED_IN = ["winsorised", "raw", "whitened"] as const;
/** A solution is preferred to that of the first space if it is likelier by this. [nats per row; "labelled"] */
export const PREFERRED_BY = 0.05;
/** A component with this share of an even part of the rows is not small, however few rows these are. [share; "labelled"] */
export const SMALL_SHARE: number = 1 / 4;
/** A component is not small if it has this many times the rows that its covariance takes, the columns and one. [ratio; "labelled"] */
export const SMALL_ROWS = 2;
/** Starts from k-means of chance in the first space beside those from partitions, of all rows and where no smaller models give starts. [starts; "ties", "labelled"] */
export const EXTRA_STARTS = 3;
/** Starts that are tried after those from clusters, as long as none has come to a sound solution. ["ties"] */
export const FURTHER_STARTS: readonly SimpleStrategy[] = [
  "kmeans-standardised",
  "kmeans",
  "k-means++-standardised",
  "random-from-data",
  "kmeans-whitened",
  "random-from-data",
];
/** EM from each start of a standard search goes on until less than this is left to gain. [nats per row, M-steps; time] */
export const STANDARD_CLIMB: { readonly tol: number; readonly maxIter: number } = { tol: 1e-5, maxIter: 200 };
/** The same in a sample: the rest is for all rows to say. [nats per row, M-steps; time] */
export const SAMPLED_CLIMB: { readonly tol: number; readonly maxIter: number } = { tol: 1e-4, maxIter: 6 };
/** EM from each start of a quick search. [nats per row, M-steps; time] */
export const QUICK_CLIMB: { readonly tol: number; readonly maxIter: number } = { tol: 1e-5, maxIter: 6 };

// which starts race, and for how long

/** The order in which kinds of starts enter a race; after the last comes the first again. [quality] */
export const ROSTER: readonly SimpleStrategy[] = [
  "kmeans-standardised",
  "kmeans-whitened",
  "kmeans",
  "k-means++-standardised",
  "adaptive",
  "random-from-data",
  "k-means++-whitened",
  "random-from-data",
  "k-means++",
  "random",
];
/** Adaptive seeding, whose cost grows with the square of K, takes part up to this many components. [components; time] */
export const MOST_ADAPTIVE = 16;
/** Starts with whitened rows, whose cost grows with the square of D, take part up to this many columns where that of the passes does not grow so. [columns; time] */
export const MOST_WHITENED = 64;
/** A race among all rows may take at least this long by an estimate that reads no clock. [microseconds; quality] */
export const LEAST_BUDGET = 500_000;
/** A race in a sample may take at least this long by an estimate that reads no clock. [microseconds; time] */
export const LEAST_HASTY_BUDGET = 60_000;
/** A race may take as long as this many passes over all rows, if that is more. [passes; time] */
export const BUDGET_PASSES = 6;
/** The least budget is for this many components or more; two, of which one is what the other leaves, take half of it. [components; quality] */
export const FULL_BUDGET_COMPONENTS = 3;
/** The least budget is for this many rows or more for each component and column; with fewer, each way to part the rows is an optimum of its own. [rows; quality] */
export const FULL_BUDGET_ROWS = 3;
/** Where covariances cannot be estimated, whatever the start, this share of the budget is left. [share; time] */
export const VAIN_SHARE = 0.1;
/** One contender takes about this many passes over the rows of the race. [passes; time] */
export const CONTENDER_PASSES = 14;
/** A budget of this many passes is enough for a population of optima in place of a race. [passes; quality] */
export const POPULATION_PASSES = 1000;
/** A population of optima may take this many times the passes of a race. [ratio; quality] */
export const POPULATION_BUDGET = 3;
/** A population of optima may take this many times the passes of a race where smaller models give starts as well. [ratio; quality] */
export const AIDED_POPULATION_BUDGET = 1;
/** A race has at least this many contenders. [contenders; quality] */
export const FEWEST_CONTENDERS = 4;
/** A race has at most this many contenders. [contenders; time] */
export const MOST_CONTENDERS = 30;
/** Each round after the first has at most this many contenders from the neighbourhood of the leaders. [contenders; quality] */
export const OFFSPRING = 16;
/** A race has at most this many rounds after the first. [rounds; time] */
export const MOST_ROUNDS = 40;
/** A race among all rows ends after this many rounds without a better leader. [rounds; quality] */
export const RACE_PATIENCE = 12;
/** A race in a sample ends after this many rounds without a better leader. [rounds; time] */
export const HASTY_PATIENCE = 1;
/** A race in a sample whose contenders do not agree has at least this many rounds after the first. [rounds; quality] */
export const HASTY_ROUNDS = 3;
/** The strategy "short-em" lets this many random starts race. [contenders; time] */
export const SHORT_RUNS = 10;
/** A field of contenders takes these M-steps each, after which this share of it stays. [M-steps, share; quality] */
export const HEATS: readonly { readonly maxIter: number; readonly share: number }[] = [
  { maxIter: 6, share: 1 / 3 },
  { maxIter: 16, share: 1 / 3 },
  { maxIter: 60, share: 1 },
];
/** At least this many contenders stay after a heat. [contenders; quality] */
export const FINALISTS = 3;
/** Of contenders that have seen a large sample this many go on, for a climb over all rows is dear. [contenders; time] */
export const WIDE_FINALISTS = 1;
/** Contenders whose log-likelihoods are closer than this after the first heat will meet. [nats per row; quality] */
export const AGREED = 1e-4;
/** A race in a sample ends early when more than this share of its contenders agree. [share; quality] */
export const AGREED_SHARE = 0.6;
/** A contender rests when less than this is left to gain, and two whose log-likelihoods are closer are at one place. [nats per row; quality] */
export const CONTENDER_TOL = 1e-5;

// a population of optima

/** A search takes at most this many M-steps at first. [M-steps; quality] */
export const FIRST_CLIMB = 14;
/** A search that has come to something goes on for at most this many M-steps. [M-steps; quality] */
export const LAST_CLIMB = 60;
/** The leader of a population that has come to rest takes at most this many M-steps more. [M-steps; quality] */
export const FINE_CLIMB = 1000;
/** The leader of a population that has come to rest goes on until less than this is left to gain, as in a fit. [nats per row; quality] */
export const FINE_TOL = 1e-7;
/** A search needs about this many passes beside its M-steps. [passes; time] */
export const OTHER_PASSES = 3;
/** Rows are moved one by one at most this often after a search, while that helps. [times; quality] */
export const RELOCATIONS = 2;
/** A population has come to rest after this many searches without a better leader. [searches; quality] */
export const POPULATION_PATIENCE = 160;
/** A population comes to rest after this share of all passes at the latest. [share; quality] */
export const POPULATION_SHARE: number = 1 / 2;
/** With less than this share of all passes left, the best of all populations go on in place of a new one. [share; quality] */
export const LAST_POPULATION_SHARE: number = 1 / 3;
/** A population keeps this many optima. [optima; quality] */
export const POPULATION = 10;
/** A population begins with at least this many starts. [starts; quality] */
export const FEW_STARTS = 10;
/** A population begins with at most this many starts. [starts; quality] */
export const MANY_STARTS = 20;
/** A population begins with no more than the fewest starts if this many of them have met at the best place. [starts; quality] */
export const MEETING = 4;
/** At least this many starts or populations must have ended at the best place before the search does. [starts; small] */
export const LEAST_MEETING = 2;
/** Optima whose log-likelihoods differ by less than this are counted as one. [nats per row; quality] */
export const SAME_PLACE = 1e-4;
/** The search ends when one more start has less than this chance to find something better. [probability; quality] */
export const LEAST_CHANCE = 2.5e-4;
/** The chance at which the search ends is this many times larger for each further start that has ended at the best place. [ratio; small] */
export const TRUST = 6;
/** No more than this many starts that have ended at the best place make that chance larger. [starts; small] */
export const MOST_TRUSTED = 8;
/** Starts that met are no sign if other optima are closer to their place than this many times the distance that counts as the same. [ratio; small] */
export const CLOSE_PLACES = 10;
/** Starts that met are no sign with more optima than this, which starts and populations may miss together. [optima; small] */
export const FEW_PLACES = 60;
/** Starts that met are no sign if more than this share of the searches have ended at an optimum of their own. [share; small] */
export const MANY_NEW_SHARE: number = 1 / 2;
/** Starts that met are no sign if more than this share of the searches have ended at a spurious solution. [share; small] */
export const MANY_SPURIOUS_SHARE: number = 1 / 5;
/** With more optima than this the search goes on, as they are never all as likely as the rule for its end takes them to be. [optima; small] */
export const MANY_PLACES = 100;
/** There are at least this many searches, as all starts may agree on a place that the first moves leave behind. [searches; quality] */
export const LEAST_SEARCHES = 14;

// what is told of a search

/** Of the optima that a search meets, this many are remembered at most; half of them when there are more. [optima; time] */
export const MOST_OPTIMA = 128;
/** A report has at most this many other optima. [optima; time] */
export const OPTIMA_SHOWN = 8;
/** The others are judged by a sample of this many rows, where there are more than twice as many. [rows; time] */
export const JUDGED_ROWS = 1024;
/** An optimum is that of the result if its log-likelihood is closer than this, for a search ends its climbs sooner than a fit. [nats per row; quality] */
export const SAME_SUMMIT = 1e-3;

/** The share of a fit's progress that the search for a start makes up. [share; time] */
export const SEARCH_SHARE = 0.8;

// when time is over

/** A pass over more rows times components times columns is not begun any more. [product; time] */
export const LATE_PASS = 1e6;
/** The log-likelihood is then estimated from a sample of this many rows. [rows; time] */
export const LATE_SAMPLE_ROWS = 2048;

// moves

/** EM takes this many steps on half of the rows. [M-steps; quality] */
export const HALF_SAMPLE_STEPS = 3;
/** At most this many rows move at once where those that gain most do. [rows; quality] */
export const MOST_RELOCATED = 10;
/** A random move of a row that loses this much more is made e times less often. [nats; quality] */
export const RELOCATION_TEMPERATURE = 4;
/** A random move of a row must gain this much to be made for sure. [nats; quality] */
export const SURE_RELOCATION = 2;
/** One component in this many is looked at as one to give up, or to halve. [components; quality] */
export const SWAP_LOOKED_AT = 4;
/** A component is put on one of this many rows that lie farthest out. [rows; quality] */
export const FAR_ROWS = 16;
/** At most this many merges and splits of one leader are tried, as their number grows with the cube of K. [moves; quality] */
export const MOST_MERGES = 32;
/** EM of the two parts of a component: what they still gain after this, the fit of the whole finds sooner. [nats per row, M-steps; quality] */
export const PARTS_CLIMB: { readonly tol: number; readonly maxIter: number; readonly accelerate: boolean } = {
  tol: 1e-4,
  maxIter: 20,
  accelerate: true,
};

// fits, and larger models from smaller ones

/** In a fit from starts of ours, components with faults begin again at most this often. [times; small] */
export const MOST_REPAIRS = 2;
/** In a fit from a start of the caller's, components that are the same begin again at most this often. [times; small] */
export const MOST_REPAIRS_OF_GIVEN = 1;
/** Improving a mixture, a gain below this share of the log-likelihood may be rounding. [share; accuracy of sums] */
export const LEAST_IMPROVEMENT = 1e-10;
/** Log-likelihoods that differ by less than this share of themselves are equal: the same density by another kernel. [share; accuracy of sums] */
export const EQUAL_LIKELIHOODS = 1e-12;
/** When a component is added, this many splits are followed to the end. [splits; quality] */
export const SPLITS_TRIED = 2;
