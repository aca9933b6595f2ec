/*
 * hardware.voice._echo: the line echo canceller.
 *
 * A hybrid lets part of what is played to a telephone back into what is captured from it.  The
 * canceller learns that path and subtracts the echo.  docs/decisions/0007-line-echo-canceller.md
 * tells why it is made this way.
 *
 * 1. Blocks of 20 ms.  The echo of a block is taken away by the `applied` path: taps and the delay
 *    at which they sit.
 * 2. An estimator learns a path as the weighted least squares solution over all blocks it has seen:
 *    it keeps the correlation matrix of what was played and improves the solution by two conjugate
 *    gradient steps a block.  The weight of a block is the inverse of the power of its error, so
 *    that blocks in which the telephone's user talks count for next to nothing.  A prior on each
 *    tap, which follows the envelope of the taps learned, keeps empty taps empty.
 * 3. A path is applied only after it has proved better on blocks that it had not yet seen.
 * 4. Blocks that the applied path does not explain, be it for double talk or for a new path, go to a
 *    second estimator, the challenger, which takes the place of the first if it proves better.  An
 *    estimator that gets nowhere is challenged too: what it has learned may be nonsense.
 * 5. The delay of the sound card's buffers is found by correlation.  A challenger is put at the
 *    delay found and catches up on the past half second.
 * 6. Narrow-band sound (dial tone, digits) tells nothing about other frequencies: once a path is
 *    known, nothing is learned from it.
 *
 * All but the subtraction itself works on signals through the learning filter: a high pass against
 * mains hum and DC and a pre-emphasis, which evens out the spectrum of speech.
 *
 * Frames are bytes of 16-bit signed native-endian mono samples, 8000 a second.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    BLOCK = 160,
    MARGIN = 32,                       /* taps before the peak of the response: 4 ms */
    TAPS = 256 + MARGIN,               /* a tail of 32 ms from the peak on */
    LANES = 4,
    PAD = 2 * LANES,                   /* rows of the matrix end in a whole group of lanes */
    LAGS = 2048,                       /* the peak may be 0...256 ms late */
    CATCH_UP = 25,                     /* blocks of the past that a new estimator learns */
    CATCH_UP_SPEED = 4,                /* of them in a block's time */
    PAST = CATCH_UP * BLOCK + LAGS + TAPS + BLOCK,
    HISTORY = PAST + 32 * BLOCK,       /* moved once in 32 blocks */
    STEPS = 2,                         /* conjugate gradient steps a block */
    TRIAL = 60,                        /* blocks after which a challenger gives up */
    FRESH_START = 150,                 /* blocks without success after which one is tried */
    PRIOR_BLOCKS = 5,                  /* blocks from one fit of the prior to the next */
    PRIOR_REACH = 4,                   /* taps to either side over which an envelope is taken */
    HALVES = LAGS / 2,                 /* lags of the delay finder, two samples apart */
    HALF_BLOCK = BLOCK / 2,
    PEAK_WIDTH = 12,                   /* lags that belong to a peak: 3 ms to either side */
    STEADY_PEAK = 6,                   /* blocks in a row that show the same peak */
    ORDER = 4,                         /* of the predictor that tells tones from speech */
    FLOOR_BLOCKS = 75,                 /* the noise floor is a minimum over 1.5...3 s */
};

/* Powers are mean squares of samples after the learning filter, if nothing else is said. */

/* About -80 dBm0: below the rounding of any real sound card. */
static const float QUIET = 4.0f;
/* What is played below about -55 dBm0 leaves no echo worth learning from. */
static const float PLAYED_LIMIT = 1000.0f;
/* Memory of an estimator: 500 blocks of far-end speech. */
static const float FORGET = 0.002f;
/* A tone says the same again and again; more of it would outweigh the speech that follows. */
static const float FORGET_NARROW = 0.5f;
/* Concentration of the autocorrelation of ordinary speech; blocks that are more of a tone say less
 * about the path and let an estimator forget less. */
static const float ORDINARY_CONCENTRATION = 0.03f;
/* Prediction gain from which on a block is narrow-band: speech has 12 dB at most in 99 blocks of
 * 100, pairs of tones 16 dB after G.711 and 50 dB before. */
static const float NARROW_GAIN = 25.0f;
/* Bounds of the prior variance of one tap. */
static const float LEAST_VARIANCE = 1e-8f, MOST_VARIANCE = 1e-2f;
/* Power of the error above which a block is not explained, against what the path usually leaves. */
static const float UNEXPLAINED = 8.0f;
/* Share of the echo that a converged path leaves at most: 15 dB. */
static const float CONVERGED_LEAK = 0.03f;

/* GCC and Clang put it in one register on x86-64 and arm64. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float))));

static inline lanes
load(const float *from)
{
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void
store(float *to, lanes value)
{
    memcpy(to, &value, sizeof value);
}

/* Sum of products; `count` is a multiple of 16. */
static inline float
dot(const float *a, const float *b, int count)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (int i = 0; i < count; i += 4 * LANES) {
        s0 += load(a + i) * load(b + i);
        s1 += load(a + i + LANES) * load(b + i + LANES);
        s2 += load(a + i + 2 * LANES) * load(b + i + 2 * LANES);
        s3 += load(a + i + 3 * LANES) * load(b + i + 3 * LANES);
    }
    s0 += s1 + (s2 + s3);
    return (s0[0] + s0[1]) + (s0[2] + s0[3]);
}

static inline float
mean_square(const float *samples)
{
    return dot(samples, samples, BLOCK) / BLOCK;
}

/* ---- the learning filter ---- */

struct learning_filter {
    float s1, s2;      /* state of the high pass, transposed direct form II */
    float last;        /* for the pre-emphasis */
};

/* Butterworth, 100 Hz, second order, by the bilinear transform; then 1 - 0.8 / z. */
static void
learning_filter_run(struct learning_filter *f, const float *in, float *out)
{
    static const float b0 = 0.945976f, a1 = -1.889033f, a2 = 0.894874f;
    for (int i = 0; i < BLOCK; i++) {
        float high = b0 * in[i] + f->s1;
        f->s1 = -2.0f * b0 * in[i] - a1 * high + f->s2;
        f->s2 = b0 * in[i] - a2 * high;
        out[i] = high - 0.8f * f->last;
        f->last = high;
    }
    /* A filter that dies away in silence would end in denormal numbers, which are slow. */
    f->s1 = fabsf(f->s1) < 1e-12f ? 0.0f : f->s1;
    f->s2 = fabsf(f->s2) < 1e-12f ? 0.0f : f->s2;
    f->last = fabsf(f->last) < 1e-12f ? 0.0f : f->last;
}

/* Whether `samples`, with ORDER more before them, are a tone or two: the gain of the best linear
 * predictor, from the Cholesky factors of their covariance. */
static bool
is_narrow(const float *samples)
{
    double factor[ORDER + 1][ORDER + 1], first = 0.0;
    for (int i = 0; i <= ORDER; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = dot(samples - i, samples - j, BLOCK);
            if (i == 0) {
                first = sum;
            }
            if (i == j) {
                sum += 1e-6 * first;
            }
            for (int k = 0; k < j; k++) {
                sum -= factor[i][k] * factor[j][k];
            }
            factor[i][j] = i == j ? sqrt(fmax(sum, 1e-9 * first)) : sum / factor[j][j];
        }
        if (first <= 0.0) {
            return false;
        }
    }
    return first > NARROW_GAIN * factor[ORDER][ORDER] * factor[ORDER][ORDER];
}

/* ---- paths and estimators ---- */

struct path {
    int delay;                 /* samples before the first tap */
    float taps[TAPS];          /* reversed: the last is the earliest */
};

/* The echo of BLOCK samples from `played` on, by a path. */
static void
path_echo(const struct path *path, const float *played, float *echo)
{
    const float *from = played - path->delay - (TAPS - 1);
    for (int i = 0; i < BLOCK; i++) {
        echo[i] = dot(path->taps, from + i, TAPS);
    }
}

/* The matrix is symmetric; row i holds its elements from the diagonal on. */
static inline int row_length(int row) { return (TAPS - row + LANES - 1) / LANES * LANES; }

enum { MATRIX = (TAPS + LANES - 1) * TAPS / 2 + TAPS };

struct estimator {
    float taps[TAPS + PAD];
    float matrix[MATRIX];      /* weighted correlation of what was played */
    float gradient[TAPS];      /* what the solution still lacks: right side minus matrix * taps */
    float before[TAPS];        /* gradient a step ago */
    float direction[TAPS + PAD];
    float prior[TAPS];         /* inverse variance of each tap */
    double last_product;       /* preconditioned square of `before`; 0 at the start */
    int delay;
    int64_t next;              /* block to learn next */
    int learned;               /* blocks so far, and those with speech's band width */
    int learned_wide;
    int fitted;                /* `learned_wide` when the prior was last fitted */
    float score;               /* how much better than the applied path, -1...1, smoothed */
    int scored;                /* blocks in `score` */
};

static void
estimator_start(struct estimator *e, int delay, int64_t block)
{
    memset(e, 0, sizeof *e);
    e->delay = delay;
    e->next = block;
    for (int k = 0; k < TAPS; k++) {
        /* Hybrids ring for some milliseconds from the peak on. */
        float variance = k < MARGIN ? 1e-4f : 1e-3f * expf((float)(MARGIN - k) / 40.0f) + 1e-6f;
        e->prior[k] = 1.0f / variance;
    }
}

static void
estimator_path(const struct estimator *e, struct path *path)
{
    path->delay = e->delay;
    for (int k = 0; k < TAPS; k++) {
        path->taps[TAPS - 1 - k] = e->taps[k];
    }
}

/* out = (matrix + prior) * vector; both have PAD elements more, those of `vector` are 0. */
static void
multiply(const struct estimator *e, const float *vector, float *out)
{
    memset(out, 0, (TAPS + PAD) * sizeof *out);
    const float *row = e->matrix;
    for (int i = 0; i < TAPS; i++) {
        int length = row_length(i);
        float here = vector[i];
        lanes sum = {0};
        for (int m = 0; m < length; m += LANES) {
            lanes element = load(row + m);
            sum += element * load(vector + i + m);
            store(out + i + m, load(out + i + m) + element * here);
        }
        /* The diagonal is in both. */
        out[i] += (sum[0] + sum[1]) + (sum[2] + sum[3]) + (e->prior[i] - row[0]) * here;
        row += length;
    }
}

/* Adds a block, whose samples begin at `x` and whose correlation with the past is `lags`. */
static void
add_block(struct estimator *e, const float *x, const float *lags, float weight, float keep)
{
    /* Down a diagonal of the block's matrix one product enters and one leaves. */
    float enter[TAPS + PAD], leave[TAPS + PAD], sum[TAPS + PAD];
    for (int k = 0; k < TAPS + PAD; k++) {
        enter[k] = x[-1 - k];
        leave[k] = x[BLOCK - 1 - k];
        sum[k] = k < TAPS ? lags[k] : 0.0f;
    }
    float *row = e->matrix;
    for (int i = 0; i < TAPS; i++) {
        int length = row_length(i);
        for (int m = 0; m < length; m += LANES) {
            lanes now = load(sum + m);
            store(row + m, keep * load(row + m) + weight * now);
            store(sum + m, now + enter[i] * load(enter + i + m) - leave[i] * load(leave + i + m));
        }
        row += length;
    }
}

/* Fits the prior to the envelope of the taps, less what is only their error. */
static void
fit_prior(struct estimator *e)
{
    float energy[TAPS];
    const float *row = e->matrix;
    for (int k = 0; k < TAPS; k++) {
        energy[k] = e->taps[k] * e->taps[k] - 1.0f / (row[0] + e->prior[k]);
        row += row_length(k);
    }
    for (int k = 0; k < TAPS; k++) {
        float sum = 0.0f;
        for (int j = k - PRIOR_REACH; j <= k + PRIOR_REACH; j++) {
            sum += j >= 0 && j < TAPS ? energy[j] : 0.0f;
        }
        float variance = 2.0f * sum / (2 * PRIOR_REACH + 1);
        variance = fminf(fmaxf(variance, LEAST_VARIANCE), MOST_VARIANCE);
        e->gradient[k] -= (1.0f / variance - e->prior[k]) * e->taps[k];
        e->prior[k] = 1.0f / variance;
    }
}

/* One step of the conjugate gradient method (Polak and Ribiere), preconditioned by the diagonal. */
static void
improve(struct estimator *e)
{
    float scaled[TAPS], product[TAPS + PAD];
    const float *row = e->matrix;
    for (int k = 0; k < TAPS; k++) {
        scaled[k] = e->gradient[k] / (row[0] + e->prior[k]);
        row += row_length(k);
    }
    double turn = 0.0;
    if (e->last_product > 0.0) {
        double change = dot(scaled, e->gradient, TAPS) - dot(scaled, e->before, TAPS);
        turn = fmax(0.0, change / e->last_product);
    }
    for (int k = 0; k < TAPS; k++) {
        e->direction[k] = scaled[k] + (float)turn * e->direction[k];
    }
    multiply(e, e->direction, product);
    double curvature = dot(e->direction, product, TAPS);
    e->last_product = dot(scaled, e->gradient, TAPS);
    if (!(curvature > 0.0)) {
        e->last_product = 0.0;
        return;
    }
    float step = (float)(dot(e->gradient, e->direction, TAPS) / curvature);
    memcpy(e->before, e->gradient, sizeof e->before);
    for (int k = 0; k < TAPS; k++) {
        e->taps[k] += step * e->direction[k];
        e->gradient[k] -= step * product[k];
    }
}

/*
 * Learns the block whose samples begin at `played` and `captured`, both after the learning filter.
 * Returns the power of the error that the path made before it learned, or -1 if the block says
 * nothing.
 */
static float
estimator_learn(struct estimator *e, const float *played, const float *captured, bool hold_narrow)
{
    e->next++;
    const float *x = played - e->delay;
    if (mean_square(x - MARGIN) < PLAYED_LIMIT) {
        return -1.0f;
    }
    bool narrow = is_narrow(x);
    if (narrow && hold_narrow) {
        return -1.0f;
    }
    float error[BLOCK], lags[TAPS], concentration = 0.0f;
    struct path path;
    estimator_path(e, &path);
    path_echo(&path, played, error);
    for (int i = 0; i < BLOCK; i++) {
        error[i] = captured[i] - error[i];
    }
    float power = mean_square(error), weight = 1.0f / (power + QUIET);
    for (int k = 0; k < TAPS; k++) {
        lags[k] = dot(x, x - k, BLOCK);
        concentration += lags[k] * lags[k];
    }
    concentration /= TAPS * lags[0] * lags[0] + 1.0f;
    float forget = narrow ? FORGET_NARROW
                          : FORGET * fminf(1.0f, ORDINARY_CONCENTRATION / concentration);
    for (int k = 0; k < TAPS; k++) {
        e->gradient[k] = (1.0f - forget) * e->gradient[k] +
                         weight * dot(error, x - k, BLOCK) - forget * e->prior[k] * e->taps[k];
    }
    add_block(e, x, lags, weight, 1.0f - forget);
    e->learned++;
    e->learned_wide += !narrow;
    /* Taps that explain nothing yet, or only a tone, have no envelope worth following. */
    if (!narrow && e->learned_wide >= e->fitted + PRIOR_BLOCKS &&
        power < 0.5f * mean_square(captured)) {
        fit_prior(e);
        e->fitted = e->learned_wide;
    }
    for (int step = 0; step < STEPS; step++) {
        improve(e);
    }
    return power;
}

/* ---- the delay finder ---- */

struct delay_finder {
    float played[HALVES + LANES + HALF_BLOCK];   /* every other sample, the newest last */
    float cross[HALVES];                     /* weighted correlation for each lag */
    float expected[HALVES];                  /* its variance if there were no echo */
    int peak, steady;                        /* lag of the peak, and for how many blocks */
};

/* Every other sample of a block, smoothed over three. */
static void
halve(const float *samples, float *half)
{
    for (int i = 0; i < HALF_BLOCK; i++) {
        const float *s = samples + 2 * i;
        half[i] = 0.25f * (s[-2] + s[0]) + 0.5f * s[-1];
    }
}

/* Listens to a block; returns the delay of the echo's peak in samples, or -1. */
static int
delay_finder_listen(struct delay_finder *f, const float *played, const float *captured)
{
    enum { KEPT = HALVES + LANES };
    float half[HALF_BLOCK];
    memmove(f->played, f->played + HALF_BLOCK, KEPT * sizeof *f->played);
    halve(played, f->played + KEPT);
    halve(captured, half);

    float power = dot(half, half, HALF_BLOCK) / HALF_BLOCK;
    const float *newest = f->played + KEPT;
    float energy = dot(newest, newest, HALF_BLOCK);
    if (power < QUIET || is_narrow(played) || is_narrow(captured)) {
        return -1;
    }
    float weight = 1.0f / (power + QUIET);
    int peak = 0;
    float highest = 0.0f, values[HALVES];
    for (int lag = 0; lag < HALVES; lag++) {
        const float *x = newest - lag;
        f->cross[lag] = 0.98f * f->cross[lag] + weight * dot(half, x, HALF_BLOCK);
        f->expected[lag] = 0.98f * f->expected[lag] + weight * weight * power * energy;
        energy = fmaxf(0.0f, energy + x[-1] * x[-1] - x[HALF_BLOCK - 1] * x[HALF_BLOCK - 1]);
        values[lag] = f->cross[lag] * f->cross[lag] / (f->expected[lag] + 1.0f);
        if (values[lag] > highest) {
            highest = values[lag];
            peak = lag;
        }
    }
    float second = 0.0f;
    for (int lag = 0; lag < HALVES; lag++) {
        if (abs(lag - peak) > PEAK_WIDTH) {
            second = fmaxf(second, values[lag]);
        }
    }
    f->steady = abs(peak - f->peak) <= PEAK_WIDTH / 2 ? f->steady + 1 : 1;
    f->peak = peak;
    /* The values are squares: 10 standard deviations, 1.25 times the next peak. */
    return f->steady >= STEADY_PEAK && highest > 100.0f && highest > 1.56f * second ? 2 * peak : -1;
}

/* ---- the canceller ---- */

struct canceller {
    struct learning_filter played_filter, captured_filter, rest_filter;
    float played[HISTORY], played_learning[HISTORY], captured_learning[HISTORY];
    int end;                           /* samples in the histories */
    int64_t block;                     /* number of the block that comes next */

    struct path applied;
    bool has_path;
    int applied_wide;                  /* blocks of speech behind it */
    int applied_learned;               /* count of the estimator when it was taken over */
    struct estimator estimators[2];
    int settled;                       /* which of them is not the challenger */
    bool trial;                        /* the challenger learns */
    struct delay_finder finder;

    float leak;                        /* share of the echo that the applied path leaves */
    float floor, floor_low;            /* noise floor, and the least power since it was taken */
    int floor_blocks;
    float harm;                        /* how much louder the output is than the input */
    bool converged;
    float echo_power, rest_power;      /* before and behind, in far-end speech, smoothed */
};

static void
canceller_forget(struct canceller *c)
{
    memset(c, 0, sizeof *c);
    c->end = PAST;
    c->leak = 1.0f;
    c->floor = c->floor_low = 1e9f;
    estimator_start(&c->estimators[0], 0, 0);
}

static void
follow_floor(struct canceller *c, float power)
{
    c->floor_low = fminf(c->floor_low, power + QUIET);
    c->floor_blocks++;
    /* The least of many short powers is below their mean. */
    if (c->floor_blocks >= FLOOR_BLOCKS || 1.3f * c->floor_low < c->floor) {
        c->floor = 1.3f * c->floor_low;
    }
    if (c->floor_blocks >= FLOOR_BLOCKS) {
        c->floor_low = 1e9f;
        c->floor_blocks = 0;
    }
}

/* Learns what the estimator has missed, and the newest block if it gets that far; `rest` is what
 * the applied path left of that one. */
static void
run_estimator(struct canceller *c, struct estimator *e, float rest, float rate)
{
    for (int done = 0; done <= CATCH_UP_SPEED && e->next <= c->block; done++) {
        bool newest = e->next == c->block;
        int at = c->end - BLOCK - (int)(c->block - e->next) * BLOCK;
        float power = estimator_learn(e, c->played_learning + at, c->captured_learning + at,
                                      c->converged);
        if (newest && power >= 0.0f) {
            e->score += rate * ((rest - power) / (rest + power + QUIET) - e->score);
            e->scored++;
        }
    }
}

static void
apply_path(struct canceller *c, struct estimator *e)
{
    estimator_path(e, &c->applied);
    c->has_path = true;
    c->applied_wide = e->learned_wide;
    c->applied_learned = e->learned;
    e->score = 0.0f;
}

static void
begin_trial(struct canceller *c, int delay, int past)
{
    estimator_start(&c->estimators[!c->settled], delay,
                    c->block > past ? c->block - past : 0);
    c->trial = true;
}

static void
look_for_delay(struct canceller *c, const float *played, const float *captured)
{
    int peak = delay_finder_listen(&c->finder, played, captured);
    if (peak < 0) {
        return;
    }
    int delay = peak > MARGIN ? peak - MARGIN : 0;
    int tried = c->estimators[c->trial ? !c->settled : c->settled].delay;
    /* Another peak of the same response is no reason to move. */
    if (delay != tried && (peak < tried + MARGIN / 4 || peak > tried + 3 * MARGIN)) {
        begin_trial(c, delay, CATCH_UP);
    }
}

/* Which estimator learns from the block, and whether its path is applied from the next one on. */
static void
learn(struct canceller *c, float rest, bool unexplained)
{
    struct estimator *settled = &c->estimators[c->settled];
    struct estimator *challenger = &c->estimators[!c->settled];

    if (c->converged && unexplained) {
        settled->next = c->block + 1;
        if (!c->trial) {
            begin_trial(c, settled->delay, 0);
        }
    } else {
        run_estimator(c, settled, rest, 0.1f);
        /* Clearly better; or no worse, and it knows more. */
        if (settled->score > 0.02f ||
            (settled->score > 0.0f && settled->learned - c->applied_learned >= 25)) {
            apply_path(c, settled);
        }
        if (!c->converged && !c->trial && settled->scored >= FRESH_START) {
            settled->scored = 0;
            begin_trial(c, settled->delay, 0);
        }
    }
    if (!c->trial) {
        return;
    }
    run_estimator(c, challenger, rest, 0.2f);
    if (challenger->scored >= 4 && challenger->score > 0.3f) {
        c->settled = !c->settled;
        c->trial = false;
        c->leak = 1.0f;
        c->converged = false;
        apply_path(c, challenger);
    } else if (challenger->scored >= TRIAL) {
        c->trial = false;
    }
}

/* Judges the applied path by what it made of a block; all powers after the learning filter. */
static void
judge(struct canceller *c, float captured, float echo, float rest, bool unexplained)
{
    if (!c->has_path || echo < 4.0f * c->floor) {
        return;
    }
    float share = fmaxf(rest - c->floor, 0.0f) / echo;
    if (share < c->leak) {
        c->leak += 0.2f * (share - c->leak);
    } else if (!unexplained) {
        c->leak += 0.01f * (fminf(share, 2.0f * c->leak) - c->leak);
    }
    if (c->leak < CONVERGED_LEAK && c->applied_wide >= 8) {
        c->converged = true;
    } else if (c->leak > 4.0f * CONVERGED_LEAK) {
        c->converged = false;
    }
    if (!unexplained) {
        c->echo_power += 0.05f * (captured - c->echo_power);
        c->rest_power += 0.05f * (rest - c->rest_power);
    }
    c->harm += 0.1f * ((rest - captured) / (rest + captured) - c->harm);
}

/* Takes the echo of `played` out of a block of `captured`. */
static void
canceller_block(struct canceller *c, const float *captured, const float *played, float *out)
{
    if (c->end == HISTORY) {
        size_t kept = PAST * sizeof(float);
        memmove(c->played, c->played + HISTORY - PAST, kept);
        memmove(c->played_learning, c->played_learning + HISTORY - PAST, kept);
        memmove(c->captured_learning, c->captured_learning + HISTORY - PAST, kept);
        c->end = PAST;
    }
    int at = c->end;
    c->end += BLOCK;
    memcpy(c->played + at, played, BLOCK * sizeof *played);
    learning_filter_run(&c->played_filter, played, c->played_learning + at);
    learning_filter_run(&c->captured_filter, captured, c->captured_learning + at);

    float echo[BLOCK] = {0}, rest[BLOCK], echo_learning[BLOCK];
    if (c->has_path) {
        path_echo(&c->applied, c->played + at, echo);
    }
    for (int i = 0; i < BLOCK; i++) {
        out[i] = captured[i] - echo[i];
    }
    learning_filter_run(&c->rest_filter, out, rest);
    for (int i = 0; i < BLOCK; i++) {
        echo_learning[i] = c->captured_learning[at + i] - rest[i];
    }
    float captured_power = mean_square(c->captured_learning + at);
    float rest_power = mean_square(rest), echo_power = mean_square(echo_learning);
    follow_floor(c, rest_power);
    bool unexplained = rest_power > UNEXPLAINED * (c->leak * echo_power + c->floor);

    judge(c, captured_power, echo_power, rest_power, unexplained);
    if (!c->converged || unexplained) {
        look_for_delay(c, c->played_learning + at, c->captured_learning + at);
    }
    learn(c, rest_power, unexplained);
    c->block++;
    if (c->harm > 0.1f) {
        /* The path is wrong by so much that none is better: the delay has changed, say. */
        canceller_forget(c);
    }
}

/* ---- Python type ---- */

typedef struct {
    PyObject_HEAD
    struct canceller *canceller;
    bool busy;             /* a thread is in process() with the interpreter lock released */
    int resets;
} LineEchoCanceller;

/*
 * The interpreter lock is released for long work only.  A thread that gives it away for the
 * microseconds of one voice frame gets it back only when a busy thread lets go, which takes 5 ms a
 * thread.
 */
enum { LONG_WORK = 4096 };   /* samples */

static PyObject *
echo_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {NULL};

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":LineEchoCanceller", keywords)) {
        return NULL;
    }
    LineEchoCanceller *self = (LineEchoCanceller *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->canceller = PyMem_Malloc(sizeof *self->canceller);
    if (self->canceller == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    canceller_forget(self->canceller);
    return (PyObject *)self;
}

static void
echo_dealloc(LineEchoCanceller *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(self->canceller);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The state has no lock but the interpreter's, which long work releases. */
static bool
is_free(const LineEchoCanceller *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "an echo canceller serves one thread at a time");
    }
    return !self->busy;
}

/* A caller's buffer may begin at any address: memcpy is the portable unaligned access. */
static void
process_blocks(struct canceller *c, const char *captured, const char *played, char *out,
               Py_ssize_t blocks)
{
    int16_t samples[BLOCK];
    float in[BLOCK], reference[BLOCK], result[BLOCK];
    for (Py_ssize_t at = 0; at < blocks * (Py_ssize_t)sizeof samples;
         at += (Py_ssize_t)sizeof samples) {
        memcpy(samples, captured + at, sizeof samples);
        for (int i = 0; i < BLOCK; i++) {
            in[i] = samples[i];
        }
        memcpy(samples, played + at, sizeof samples);
        for (int i = 0; i < BLOCK; i++) {
            reference[i] = samples[i];
        }
        canceller_block(c, in, reference, result);
        for (int i = 0; i < BLOCK; i++) {
            /* The bounds come first: a conversion out of range is undefined. */
            float value = fminf(fmaxf(result[i], INT16_MIN), INT16_MAX);
            samples[i] = (int16_t)(value < 0.0f ? value - 0.5f : value + 0.5f);
        }
        memcpy(out + at, samples, sizeof samples);
    }
}

PyDoc_STRVAR(process_doc,
"process($self, captured, played, /)\n--\n\n"
"Return captured without the echo of played; both are whole frames of 160 samples.\n\n"
"The first sample played is the one that was written to the card when the first sample\n"
"captured was read: the echo must not come earlier, and at most 256 ms later.\n\n"
"Raises ValueError if the lengths differ or are no whole frames, RuntimeError if another\n"
"thread is in process().");

static PyObject *
echo_process(LineEchoCanceller *self, PyObject *args)
{
    Py_buffer captured, played;
    PyObject *result = NULL;
    const Py_ssize_t frame = BLOCK * (Py_ssize_t)sizeof(int16_t);

    if (!is_free(self) || !PyArg_ParseTuple(args, "y*y*:process", &captured, &played)) {
        return NULL;
    }
    if (captured.len != played.len) {
        PyErr_Format(PyExc_ValueError, "%zd bytes captured do not belong to %zd bytes played",
                     captured.len, played.len);
    } else if (captured.len % frame != 0) {
        PyErr_Format(PyExc_ValueError, "%zd bytes are no whole frames of %zd bytes", captured.len,
                     frame);
    } else {
        result = PyBytes_FromStringAndSize(NULL, captured.len);
    }
    if (result != NULL) {
        Py_ssize_t blocks = captured.len / frame;
        PyThreadState *released = NULL;
        self->busy = true;
        if (blocks * BLOCK >= LONG_WORK) {
            released = PyEval_SaveThread();
        }
        process_blocks(self->canceller, captured.buf, played.buf, PyBytes_AS_STRING(result),
                       blocks);
        if (released != NULL) {
            PyEval_RestoreThread(released);
        }
        self->busy = false;
    }
    PyBuffer_Release(&captured);
    PyBuffer_Release(&played);
    return result;
}

PyDoc_STRVAR(reset_doc,
"reset($self, /)\n--\n\n"
"Forget path and delay: after an overrun or underrun of the card, which moves the delay.\n\n"
"Raises RuntimeError if another thread is in process().");

static PyObject *
echo_reset(LineEchoCanceller *self, PyObject *Py_UNUSED(ignored))
{
    if (!is_free(self)) {
        return NULL;
    }
    canceller_forget(self->canceller);
    self->resets++;
    Py_RETURN_NONE;
}

static PyObject *
echo_return_loss(LineEchoCanceller *self, void *Py_UNUSED(closure))
{
    const struct canceller *c = self->canceller;
    if (!is_free(self)) {
        return NULL;
    }
    double gain = dot(c->applied.taps, c->applied.taps, TAPS);
    if (!c->converged || gain <= 0.0) {
        Py_RETURN_NONE;
    }
    return PyFloat_FromDouble(-10.0 * log10(gain));
}

static PyObject *
echo_erle(LineEchoCanceller *self, void *Py_UNUSED(closure))
{
    const struct canceller *c = self->canceller;
    if (!is_free(self)) {
        return NULL;
    }
    if (c->echo_power <= 0.0f) {
        Py_RETURN_NONE;
    }
    return PyFloat_FromDouble(10.0 * log10((double)c->echo_power / (c->rest_power + 1e-3)));
}

static PyObject *
echo_delay(LineEchoCanceller *self, void *Py_UNUSED(closure))
{
    const struct path *path = &self->canceller->applied;
    if (!is_free(self)) {
        return NULL;
    }
    if (!self->canceller->converged) {
        Py_RETURN_NONE;
    }
    int peak = 0;
    for (int k = 1; k < TAPS; k++) {
        if (fabsf(path->taps[TAPS - 1 - k]) > fabsf(path->taps[TAPS - 1 - peak])) {
            peak = k;
        }
    }
    return PyLong_FromLong(path->delay + peak);
}

static PyObject *
echo_converged(LineEchoCanceller *self, void *Py_UNUSED(closure))
{
    return is_free(self) ? PyBool_FromLong(self->canceller->converged) : NULL;
}

static PyObject *
echo_resets(LineEchoCanceller *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->resets);
}

static PyMethodDef echo_methods[] = {
    {"process", (PyCFunction)(void (*)(void))echo_process, METH_VARARGS, process_doc},
    {"reset", (PyCFunction)(void (*)(void))echo_reset, METH_NOARGS, reset_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef echo_getset[] = {
    {"echo_return_loss_db", (getter)echo_return_loss, NULL,
     "How much weaker than what is played its echo is, in dB, for white noise; None until the\n"
     "path is known.", NULL},
    {"erle_db", (getter)echo_erle, NULL,
     "By how many dB the canceller made the recent captured far-end speech weaker, the line's\n"
     "noise included (ITU-T G.168: ERLE); None until there was any.", NULL},
    {"delay_samples", (getter)echo_delay, NULL,
     "Samples from what is played to the strongest part of its echo; None until the path is\n"
     "known.", NULL},
    {"converged", (getter)echo_converged, NULL,
     "The path is known from speech, and leaves at most 15 dB less than the echo above the noise.",
     NULL},
    {"resets", (getter)echo_resets, NULL, "Calls of reset().", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(echo_type_doc,
"LineEchoCanceller()\n--\n\n"
"Takes the echo of a hybrid out of what is captured from a line; tail 32 ms, 8000 Hz.\n\n"
"It finds path and delay of the echo by itself from speech.");

static PyType_Slot echo_slots[] = {
    {Py_tp_new, echo_new},
    {Py_tp_dealloc, echo_dealloc},
    {Py_tp_methods, echo_methods},
    {Py_tp_getset, echo_getset},
    {Py_tp_doc, (void *)echo_type_doc},
    {0, NULL},
};

static PyType_Spec echo_spec = {
    .name = "hardware.voice._echo.LineEchoCanceller",
    .basicsize = sizeof(LineEchoCanceller),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = echo_slots,
};

/* ---- module ---- */

static int
module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &echo_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

PyDoc_STRVAR(module_doc, "Line echo cancelling on frames of 16-bit mono samples.");

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "hardware.voice._echo",
    .m_doc = module_doc,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__echo(void)
{
    return PyModuleDef_Init(&module_definition);
}
