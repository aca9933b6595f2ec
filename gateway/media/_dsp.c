/*
 * gateway.media._dsp: the signal processing that Python is too slow for.
 *
 * Frames are bytes of 16-bit signed native-endian mono samples.  Levels are in dBm0 of ITU-T G.711:
 * a sine whose peak is full scale (32768) has +3.14 dBm0.
 *
 * The file has four parts: samples and levels, functions on one frame, the DTMF detector, and the
 * Python type and module around them.  docs/decisions/0002-dtmf-detector-in-c.md tells why the
 * detector is made this way.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ---- samples and levels ---- */

static const double TWO_PI = 6.283185307179586;
static const double FULL_SCALE = 32768.0;
static const double FULL_SCALE_SINE_DBM0 = 3.14;

/* A caller's buffer may begin at any address: memcpy is the portable unaligned access. */
static inline int16_t
load_sample(const char *frame, Py_ssize_t index)
{
    int16_t sample;
    memcpy(&sample, frame + index * (Py_ssize_t)sizeof sample, sizeof sample);
    return sample;
}

static inline void
store_sample(char *frame, Py_ssize_t index, int16_t sample)
{
    memcpy(frame + index * (Py_ssize_t)sizeof sample, &sample, sizeof sample);
}

static inline int16_t
saturate(int32_t value)
{
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* Rounds to nearest; the bounds are applied first, since a conversion out of range is undefined. */
static inline int16_t
to_sample(double value)
{
    value = value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
    return (int16_t)(value < 0.0 ? value - 0.5 : value + 0.5);
}

/* Level of a sine of mean square `power`; log10(0) makes -inf, as wanted for silence. */
static double
power_to_dbm0(double power)
{
    return 10.0 * log10(2.0 * power / (FULL_SCALE * FULL_SCALE)) + FULL_SCALE_SINE_DBM0;
}

static double
dbm0_to_power(double level)
{
    return 0.5 * FULL_SCALE * FULL_SCALE * pow(10.0, (level - FULL_SCALE_SINE_DBM0) / 10.0);
}

/* Number of samples in `frame`; -1 with an exception set if it ends in half a sample. */
static Py_ssize_t
sample_count(const Py_buffer *frame)
{
    if (frame->len % (Py_ssize_t)sizeof(int16_t) != 0) {
        PyErr_Format(PyExc_ValueError, "a frame of 16-bit samples cannot have %zd bytes",
                     frame->len);
        return -1;
    }
    return frame->len / (Py_ssize_t)sizeof(int16_t);
}

/*
 * The interpreter lock is released for long work only.  A thread that gives it away for the
 * microseconds of one voice frame gets it back only when a busy thread lets go, which takes 5 ms a
 * thread: measured beside three busy threads, 34 ms for one call in twenty instead of 0.02 ms.
 */
enum { LONG_WORK = 4096 };   /* samples; the detector needs some 0.1 ms for them */

static PyThreadState *
begin_work(Py_ssize_t count)
{
    return count >= LONG_WORK ? PyEval_SaveThread() : NULL;
}

static void
end_work(PyThreadState *released)
{
    if (released != NULL) {
        PyEval_RestoreThread(released);
    }
}

/* ---- functions on one frame ---- */

PyDoc_STRVAR(mix_doc,
"mix(a, b, /)\n--\n\n"
"Add two frames of equal length, sample by sample, saturating.\n\n"
"Raises ValueError if the lengths differ or are odd.");

static PyObject *
dsp_mix(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer a, b;
    PyObject *result = NULL;

    if (!PyArg_ParseTuple(args, "y*y*:mix", &a, &b)) {
        return NULL;
    }
    Py_ssize_t count = sample_count(&a);
    if (count < 0) {
        goto done;
    }
    if (a.len != b.len) {
        PyErr_Format(PyExc_ValueError, "frames of %zd and %zd bytes cannot be mixed", a.len, b.len);
        goto done;
    }
    result = PyBytes_FromStringAndSize(NULL, a.len);
    if (result == NULL) {
        goto done;
    }
    char *out = PyBytes_AS_STRING(result);
    PyThreadState *released = begin_work(count);
    for (Py_ssize_t i = 0; i < count; i++) {
        store_sample(out, i, saturate(load_sample(a.buf, i) + load_sample(b.buf, i)));
    }
    end_work(released);
done:
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    return result;
}

/* A new frame: `frame` under a gain that goes linearly from `start` to `end`. */
static PyObject *
with_gain(const Py_buffer *frame, double start, double end)
{
    Py_ssize_t count = sample_count(frame);
    if (count < 0) {
        return NULL;
    }
    if (!isfinite(start) || !isfinite(end)) {
        PyErr_SetString(PyExc_ValueError, "a gain is a finite number");
        return NULL;
    }
    PyObject *result = PyBytes_FromStringAndSize(NULL, frame->len);
    if (result == NULL) {
        return NULL;
    }
    char *out = PyBytes_AS_STRING(result);
    PyThreadState *released = begin_work(count);
    for (Py_ssize_t i = 0; i < count; i++) {
        /* A weighted mean of two finite gains is finite, which their difference need not be; that
         * of two equal ones must be that gain, without rounding. */
        double part = start == end ? 0.0 : ((double)i + 0.5) / (double)count;
        double gain = start * (1.0 - part) + end * part;
        store_sample(out, i, to_sample(gain * load_sample(frame->buf, i)));
    }
    end_work(released);
    return result;
}

PyDoc_STRVAR(scale_doc,
"scale(frame, gain, /)\n--\n\n"
"Multiply a frame by a factor, rounding and saturating.\n\n"
"Raises ValueError for an odd length or a gain that is not finite.");

static PyObject *
dsp_scale(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer frame;
    double gain;

    if (!PyArg_ParseTuple(args, "y*d:scale", &frame, &gain)) {
        return NULL;
    }
    PyObject *result = with_gain(&frame, gain, gain);
    PyBuffer_Release(&frame);
    return result;
}

PyDoc_STRVAR(fade_doc,
"fade(frame, start, end, /)\n--\n\n"
"Multiply a frame by a factor that goes linearly from start to end.\n\n"
"Sample i of n gets start + (end - start) * (i + 0.5) / n, so a fade over many frames is\n"
"smooth when each begins with the end of the one before.\n\n"
"Raises ValueError for an odd length or a gain that is not finite.");

static PyObject *
dsp_fade(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer frame;
    double start, end;

    if (!PyArg_ParseTuple(args, "y*dd:fade", &frame, &start, &end)) {
        return NULL;
    }
    PyObject *result = with_gain(&frame, start, end);
    PyBuffer_Release(&frame);
    return result;
}

PyDoc_STRVAR(level_doc,
"level(frame, /)\n--\n\n"
"RMS level of a frame in dBm0; a full-scale sine has +3.14, silence -inf.\n\n"
"Raises ValueError for an odd length.");

static PyObject *
dsp_level(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer frame;

    if (!PyArg_ParseTuple(args, "y*:level", &frame)) {
        return NULL;
    }
    Py_ssize_t count = sample_count(&frame);
    double power = 0.0;
    if (count > 0) {
        PyThreadState *released = begin_work(count);
        int64_t sum = 0;  /* 2^30 a sample: no overflow within 2^33 samples */
        for (Py_ssize_t i = 0; i < count; i++) {
            int32_t sample = load_sample(frame.buf, i);
            sum += sample * sample;
        }
        power = (double)sum / (double)count;
        end_work(released);
    }
    PyBuffer_Release(&frame);
    return count < 0 ? NULL : PyFloat_FromDouble(power_to_dbm0(power));
}

/* Mean square of the sine of `omega` radians a sample in `frame`, by Goertzel's recursion. */
static double
goertzel_power(const char *frame, Py_ssize_t count, double omega)
{
    double coefficient = 2.0 * cos(omega), last = 0.0, before = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        double next = load_sample(frame, i) + coefficient * last - before;
        before = last;
        last = next;
    }
    double squared = last * last + before * before - coefficient * last * before;
    return count == 0 ? 0.0 : fmax(0.0, 2.0 * squared / ((double)count * (double)count));
}

PyDoc_STRVAR(tone_levels_doc,
"tone_levels(frame, frequencies, rate=8000, /)\n--\n\n"
"Level in dBm0 of each frequency (Hz) over the whole frame, by Goertzel's algorithm.\n\n"
"The resolution is rate / samples: 50 Hz for 20 ms.  Raises ValueError for an odd length and\n"
"for a frequency that is not between 0 and half the rate.");

static PyObject *
dsp_tone_levels(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer frame;
    PyObject *frequencies, *sequence = NULL, *result = NULL;
    int rate = 8000;

    if (!PyArg_ParseTuple(args, "y*O|i:tone_levels", &frame, &frequencies, &rate)) {
        return NULL;
    }
    Py_ssize_t count = sample_count(&frame);
    if (count < 0) {
        goto done;
    }
    /* A tuple of our own: nobody can change it while the lock is released. */
    sequence = PySequence_Tuple(frequencies);
    if (sequence == NULL) {
        goto done;
    }
    result = PyTuple_New(PyTuple_GET_SIZE(sequence));
    for (Py_ssize_t i = 0; result != NULL && i < PyTuple_GET_SIZE(sequence); i++) {
        double frequency = PyFloat_AsDouble(PyTuple_GET_ITEM(sequence, i));
        if (frequency == -1.0 && PyErr_Occurred()) {
            Py_CLEAR(result);
            break;
        }
        if (!(frequency > 0.0 && frequency < rate / 2.0)) {
            PyErr_Format(PyExc_ValueError,
                         "a frequency is above 0 and below half the rate of %d Hz", rate);
            Py_CLEAR(result);
            break;
        }
        PyThreadState *released = begin_work(count);
        double power = goertzel_power(frame.buf, count, TWO_PI * frequency / rate);
        end_work(released);
        PyObject *level = PyFloat_FromDouble(power_to_dbm0(power));
        if (level == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, level);
    }
done:
    Py_XDECREF(sequence);
    PyBuffer_Release(&frame);
    return result;
}

PyDoc_STRVAR(delay_doc,
"delay(played, captured, lags, /)\n--\n\n"
"How many samples later than in played the same sound is in captured, and how alike the two are.\n\n"
"Tries 0 to lags - 1 samples and returns the lag of the largest correlation, by its magnitude, and\n"
"the square of that correlation's coefficient, 0 to 1: the share of captured that it explains.\n"
"Raises ValueError if the lengths differ or are odd, or if they are not longer than lags.");

static PyObject *
dsp_delay(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer played, captured;
    Py_ssize_t lags, best = 0;
    double most = 0.0;

    if (!PyArg_ParseTuple(args, "y*y*n:delay", &played, &captured, &lags)) {
        return NULL;
    }
    Py_ssize_t count = sample_count(&played);
    bool fits = count >= 0 && played.len == captured.len && lags > 0 && lags < count;
    if (fits) {
        const char *from = played.buf, *to = captured.buf;
        PyThreadState *released = begin_work(count);
        int64_t power_to = 0, power_from = 0;
        /* The same stretch of captured for every lag, so that the lags can be compared. */
        for (Py_ssize_t i = lags; i < count; i++) {
            int32_t a = load_sample(to, i), b = load_sample(from, i);
            power_to += a * a;
            power_from += b * b;
        }
        for (Py_ssize_t lag = 0; lag < lags && power_to > 0; lag++) {
            int64_t sum = 0;
            for (Py_ssize_t i = lags; i < count; i++) {
                sum += (int32_t)load_sample(to, i) * load_sample(from, i - lag);
            }
            if (power_from > 0) {
                double share = (double)sum * (double)sum / ((double)power_to * (double)power_from);
                if (share > most) {
                    most = share;
                    best = lag;
                }
            }
            int32_t added = load_sample(from, lags - lag - 1);
            int32_t gone = load_sample(from, count - lag - 1);
            power_from += added * added - gone * gone;
        }
        end_work(released);
    }
    else if (count >= 0) {
        PyErr_SetString(PyExc_ValueError,
                        "delay() takes two sounds of one length, longer than its lags");
    }
    PyBuffer_Release(&played);
    PyBuffer_Release(&captured);
    return fits ? Py_BuildValue("nd", best, most) : NULL;
}

/* ---- the DTMF detector ---- */

/*
 * 1. Filters take away what a line adds: hum and DC, and the dial tone, which the hybrid lets
 *    back only some 12 dB weaker and which may be stronger than the digit.  Everything below sees
 *    the filtered signal.
 * 2. Every hop of 2 ms a Hann window of 16 ms yields the amplitude and phase of the eight tones and
 *    the power in the window.  The window's side lobes keep the tones of a pair apart; its
 *    half-amplitude points are 8 ms apart, so that a tone of T ms stays within 6 dB of its full
 *    amplitude for T / 2 hops, whatever its phase to the hops.
 * 3. A digit is accepted when over the inner hops of the last SPAN, whose windows lie wholly in the
 *    tone, the frequencies, the levels, the twist, the steadiness and the share of the power are
 *    those of a digit, and over the whole span both tones stayed within 6 dB of their mean.
 * 4. It is over when its tones are gone for GAP hops; the same digit is then a new one.
 *
 * Figures: ITU-T Q.24 (annex), ETSI ES 201 235-3.
 */

enum {
    ROWS = 4,
    TONES = 8,
    HOPS_PER_SECOND = 500,
    WINDOW_HOPS = 8,
    MIN_RATE = 8000,
    MAX_RATE = 48000,
    FILTERS = 4,

    SPAN = 17,                  /* 32 ms from the centre of the first window to that of the last:
                                 * tones up to 30 ms are refused, from 36 ms on accepted */
    INNER_FIRST = WINDOW_HOPS / 2,
    INNER_LAST = SPAN - 1 - WINDOW_HOPS / 2,
    LAG = 2,                    /* phase turns are measured over 4 ms: unambiguous up to 125 Hz */
    GAP = 11,                   /* 22 ms: bridges drop-outs up to 20 ms, keeps pauses from 26 ms */
    PRESENT = 3,                /* hops in a row for `tone_present` */
};

static const double FREQUENCIES[TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
static const char KEYS[ROWS][ROWS + 1] = {"123A", "456B", "789C", "*0#D"};

/* Accepted up to 1.5...1.8 %, refused from 3.0...3.5 %. */
static const double FREQUENCY_LIMIT = 0.024;
/* Difference of the two errors.  The frequencies of DTMF keep away from the ratios of the strongest
 * harmonics of a voice (1:2, 2:3, 3:4, 3:5): the nearest, 3:4 against '*', is 3.6 % off.  Two tones
 * that are 1.5 % off in opposite directions are 3.0 % off. */
static const double RATIO_LIMIT = 0.034;
/* -25 dBm0 with the weaker tone 8 dB lower is accepted; -29 (NTT)...-55 dBm0 (AT&T) refused. */
static const double LEVEL_LIMIT_DBM0 = -36.5;
/* Accepted up to 8 dB either way (AT&T: +4/-8), with 2 dB for noise and the filters' slope. */
static const double TWIST_LIMIT_DB = 10.0;
/* Share of the pair in the power: 0.97 with noise 15 dB below it. */
static const double SHARE_LIMIT = 0.93;
/* The same in a single window, not corrected for what it loses by a frequency error. */
static const double SINGLE_SHARE_LIMIT = 0.70;
/* A window whose power is this part of the level limit has no tone worth looking for. */
static const double QUIET = 0.05;
/* Ratio of the highest to the lowest power of a tone over the inner hops. */
static const double STEADY_LIMIT_DB = 4.0;
/* An accepted digit sounds on while its tones are at most this much below their level. */
static const double HOLD_LIMIT_DB = 10.0;

/* Second-order section, transposed direct form II. */
struct section {
    double b0, b1, b2, a1, a2;
    double s1, s2;
};

/* A number for each row, or for each column.  GCC and Clang put it in one register on x86-64 and
 * arm64; plain arrays of sums stay in memory, which doubles the time of the whole detector. */
typedef float group __attribute__((vector_size(ROWS * sizeof(float)), aligned(sizeof(float))));

/* What one window showed: the amplitude of each tone as a complex number, and the mean square. */
struct hop {
    float re[TONES], im[TONES];
    float power;
};

/* A tone over the inner hops of the span. */
struct steady_tone {
    double power;      /* mean square */
    double error;      /* of the frequency, relative to the nominal one */
    double response;   /* of the window to the power of a tone with that error */
};

/* The limits of level, twist and steadiness as ratios of power, for speed. */
struct limits {
    double level, twist, steady, hold;
};

struct detector {
    struct limits limits;
    int hop_length, window_length;   /* samples */
    struct section filters[FILTERS];
    float *weights;                  /* window_length; their sum is 1 */
    group (*kernel)[4];              /* window_length / 2, from the centre on: weighted cosines
                                      * of the rows and the columns, then sines */
    float *samples;                  /* window_length; filtered, the newest last */
    int filled;                      /* samples of the newest hop that are there */
    struct hop hops[SPAN];           /* ring; hops[newest] is the newest */
    int newest;
    int held;                        /* key that sounds: row * ROWS + column, or -1 */
    double held_power[2];            /* mean power of its tones when it was accepted */
    int gone;                        /* hops since the held key's tones were last there */
    int plausible, plausible_hops;   /* key of the newest windows, and how many in a row show it */
};

/* Butterworth high-pass of second order: DC and mains hum are not the speaker's. */
static struct section
high_pass(double frequency, double rate)
{
    double k = tan(TWO_PI / 2.0 * frequency / rate);
    double norm = 1.0 / (1.0 + sqrt(2.0) * k + k * k);
    return (struct section){
        .b0 = norm, .b1 = -2.0 * norm, .b2 = norm,
        .a1 = 2.0 * (k * k - 1.0) * norm, .a2 = (1.0 - sqrt(2.0) * k + k * k) * norm,
    };
}

/* Notch of `width` Hz between its 3 dB points. */
static struct section
notch(double frequency, double width, double rate)
{
    double k = tan(TWO_PI / 2.0 * width / rate);
    double norm = 1.0 / (1.0 + k);
    double b1 = -2.0 * cos(TWO_PI * frequency / rate) * norm;
    return (struct section){
        .b0 = norm, .b1 = b1, .b2 = norm, .a1 = b1, .a2 = (1.0 - k) * norm,
    };
}

static inline double
filter(struct section *sections, double value)
{
    for (int i = 0; i < FILTERS; i++) {
        struct section *s = &sections[i];
        double out = s->b0 * value + s->s1;
        s->s1 = s->b1 * value - s->a1 * out + s->s2;
        s->s2 = s->b2 * value - s->a2 * out;
        value = out;
    }
    return value;
}

static void
detector_reset(struct detector *d)
{
    for (int i = 0; i < FILTERS; i++) {
        d->filters[i].s1 = d->filters[i].s2 = 0.0;
    }
    memset(d->samples, 0, (size_t)d->window_length * sizeof *d->samples);
    memset(d->hops, 0, sizeof d->hops);
    d->filled = d->newest = d->gone = d->plausible_hops = 0;
    d->held = d->plausible = -1;
}

static void
detector_free(struct detector *d)
{
    PyMem_Free(d->weights);
    PyMem_Free(d->kernel);
    PyMem_Free(d->samples);
    d->weights = d->samples = NULL;
    d->kernel = NULL;
}

/* False if there is no memory; `d` can be given to detector_free() either way. */
static bool
detector_init(struct detector *d, int rate)
{
    d->hop_length = rate / HOPS_PER_SECOND;
    d->window_length = WINDOW_HOPS * d->hop_length;
    d->weights = PyMem_New(float, d->window_length);
    d->kernel = PyMem_Malloc((size_t)d->window_length / 2 * sizeof *d->kernel);
    d->samples = PyMem_New(float, d->window_length);
    if (d->weights == NULL || d->kernel == NULL || d->samples == NULL) {
        return false;
    }
    for (int n = 0; n < d->window_length; n++) {
        double from_centre = n + 0.5 - d->window_length / 2.0;
        double weight = (1.0 + cos(TWO_PI * from_centre / d->window_length)) / d->window_length;
        d->weights[n] = (float)weight;
        for (int tone = 0; tone < TONES && from_centre > 0.0; tone++) {
            double phase = TWO_PI * FREQUENCIES[tone] / rate * from_centre;
            group *kernel = d->kernel[n - d->window_length / 2];
            kernel[tone / ROWS][tone % ROWS] = (float)(2.0 * weight * cos(phase));
            kernel[2 + tone / ROWS][tone % ROWS] = (float)(-2.0 * weight * sin(phase));
        }
    }
    d->limits = (struct limits){
        .level = dbm0_to_power(LEVEL_LIMIT_DBM0),
        .twist = pow(10.0, TWIST_LIMIT_DB / 10.0),
        .steady = pow(10.0, STEADY_LIMIT_DB / 10.0),
        .hold = pow(10.0, -HOLD_LIMIT_DB / 10.0),
    };
    /* Together the notches stop 345...455 Hz, the dial tones of the world (E.180 supplement 2), by
     * 16 dB or more, 350, 425 and 440 Hz by 24 dB or more, and take 0.7 dB from 697 Hz. */
    d->filters[0] = high_pass(80.0, rate);
    d->filters[1] = notch(350.0, 100.0, rate);
    d->filters[2] = notch(412.0, 100.0, rate);
    d->filters[3] = notch(440.0, 100.0, rate);
    detector_reset(d);
    return true;
}

/* Mean square of a tone in one window: half the square of its amplitude. */
static inline float
tone_power(const struct hop *hop, int tone)
{
    return 0.5f * (hop->re[tone] * hop->re[tone] + hop->im[tone] * hop->im[tone]);
}

static void
analyse_window(const struct detector *d, struct hop *hop)
{
    group row_re = {0}, row_im = {0}, column_re = {0}, column_im = {0};
    group powers = {0};
    for (int n = 0; n < d->window_length; n += ROWS) {   /* window_length is a multiple of 8 */
        group four, weights;
        memcpy(&four, d->samples + n, sizeof four);
        memcpy(&weights, d->weights + n, sizeof weights);
        powers += weights * (four * four);
    }
    memset(hop, 0, sizeof *hop);
    hop->power = powers[0] + powers[1] + powers[2] + powers[3];
    if (hop->power < QUIET * d->limits.level) {
        return;
    }
    /* Seen from its centre, the window times a cosine is even and times a sine odd, so that samples
     * at the same distance from the centre share a product. */
    const float *after = d->samples + d->window_length / 2, *before = after - 1;
    for (int n = 0; n < d->window_length / 2; n++) {
        const group *kernel = d->kernel[n];
        float even = after[n] + before[-n], odd = after[n] - before[-n];
        row_re += even * kernel[0];
        column_re += even * kernel[1];
        row_im += odd * kernel[2];
        column_im += odd * kernel[3];
    }
    memcpy(hop->re, &row_re, sizeof row_re);
    memcpy(hop->re + ROWS, &column_re, sizeof column_re);
    memcpy(hop->im, &row_im, sizeof row_im);
    memcpy(hop->im + ROWS, &column_im, sizeof column_im);
}

static inline int row_of(int key) { return key / ROWS; }
static inline int column_of(int key) { return ROWS + key % ROWS; }

/* The key of the strongest tone of either group. */
static int
strongest_key(const struct hop *hop)
{
    int row = 0, column = ROWS;
    for (int tone = 1; tone < ROWS; tone++) {
        row = tone_power(hop, tone) > tone_power(hop, row) ? tone : row;
        column = tone_power(hop, ROWS + tone) > tone_power(hop, column) ? ROWS + tone : column;
    }
    return row * ROWS + column - ROWS;
}

/* Level, twist and share of `power` are those of a digit; all are mean squares. */
static bool
is_pair(const struct limits *limits, double row, double column, double power, double share_limit)
{
    return row >= limits->level && column >= limits->level && row <= column * limits->twist &&
           column <= row * limits->twist && row + column >= share_limit * power;
}

/* The key that sounds in one window as far as that can be told, or -1. */
static int
plausible_key(const struct limits *limits, const struct hop *hop)
{
    int key = strongest_key(hop);
    return is_pair(limits, tone_power(hop, row_of(key)), tone_power(hop, column_of(key)),
                   hop->power, SINGLE_SHARE_LIMIT) ? key : -1;
}

/* The hop that is `age` older than the newest. */
static inline const struct hop *
past(const struct detector *d, int age)
{
    return &d->hops[(d->newest + SPAN - age) % SPAN];
}

/* The tone never was 6 dB below `mean` in the span. */
static bool
stayed(const struct detector *d, int tone, double mean)
{
    for (int age = 0; age < SPAN; age++) {
        if (tone_power(past(d, age), tone) < 0.25 * mean) {
            return false;
        }
    }
    return true;
}

/* Measures a tone over the inner hops; false if it is off its frequency, or not steady. */
static bool
measure(const struct detector *d, int tone, struct steady_tone *measured)
{
    double re = 0.0, im = 0.0, high = 0.0, low = INFINITY, sum = 0.0;
    for (int age = INNER_FIRST; age <= INNER_LAST; age++) {
        const struct hop *now = past(d, age);
        double power = tone_power(now, tone);
        high = fmax(high, power);
        low = fmin(low, power);
        sum += power;
        if (age + LAG <= INNER_LAST) {
            const struct hop *then = past(d, age + LAG);
            re += now->re[tone] * then->re[tone] + now->im[tone] * then->im[tone];
            im += now->im[tone] * then->re[tone] - now->re[tone] * then->im[tone];
        }
    }
    if (high > low * d->limits.steady) {
        return false;
    }
    /* The mean turn of the phase over LAG hops tells the frequency. */
    double seconds = (double)LAG / HOPS_PER_SECOND;
    double nominal = TWO_PI * FREQUENCIES[tone] * seconds;
    double turn = remainder(atan2(im, re) - nominal, TWO_PI);
    measured->error = turn / nominal;
    if (fabs(measured->error) > FREQUENCY_LIMIT) {
        return false;
    }
    /* The transform of a Hann window, `bins` off its centre. */
    double bins = measured->error * FREQUENCIES[tone] * WINDOW_HOPS / HOPS_PER_SECOND;
    double x = TWO_PI / 2.0 * bins;
    double response = fabs(x) < 1e-6 ? 1.0 : sin(x) / (x * (1.0 - bins * bins));
    measured->response = response * response;
    measured->power = sum / (INNER_LAST - INNER_FIRST + 1) / measured->response;
    return true;
}

/* The key that has sounded over the whole span, or -1 if it is none or is the held one; `powers`
 * are those of its tones. */
static int
spanning_key(const struct detector *d, double powers[2])
{
    /* Cheap, and false nearly always where there is no digit. */
    int key = plausible_key(&d->limits, past(d, SPAN / 2));
    if (key < 0 || key == d->held) {
        return -1;
    }
    struct steady_tone row, column;
    if (!measure(d, row_of(key), &row) || !measure(d, column_of(key), &column) ||
        fabs(row.error - column.error) > RATIO_LIMIT) {
        return -1;
    }
    double power = 0.0;
    for (int age = INNER_FIRST; age <= INNER_LAST; age++) {
        power += past(d, age)->power;
    }
    power /= INNER_LAST - INNER_FIRST + 1;
    if (!is_pair(&d->limits, row.power, column.power, power, SHARE_LIMIT) ||
        !stayed(d, row_of(key), row.power * row.response) ||
        !stayed(d, column_of(key), column.power * column.response)) {
        return -1;
    }
    powers[0] = row.power;
    powers[1] = column.power;
    return key;
}

/* Whether the tones of the held key are in the window, be it with noise or a wrong share. */
static bool
still_there(const struct detector *d, const struct hop *hop)
{
    return tone_power(hop, row_of(d->held)) >= d->held_power[0] * d->limits.hold &&
           tone_power(hop, column_of(d->held)) >= d->held_power[1] * d->limits.hold;
}

/* A hop is complete: the digit that it makes acceptable, or 0. */
static char
complete_hop(struct detector *d)
{
    d->newest = (d->newest + 1) % SPAN;
    struct hop *hop = &d->hops[d->newest];
    analyse_window(d, hop);

    int key = plausible_key(&d->limits, hop);
    d->plausible_hops = key < 0 ? 0 : key == d->plausible ? d->plausible_hops + 1 : 1;
    if (d->plausible_hops > PRESENT) {
        d->plausible_hops = PRESENT;
    }
    d->plausible = key;

    if (d->held >= 0) {
        d->gone = still_there(d, hop) ? 0 : d->gone + 1;
        if (d->gone == GAP) {
            d->held = -1;
        }
    }
    double powers[2];
    int spanning = spanning_key(d, powers);
    if (spanning < 0) {
        return 0;
    }
    d->held = spanning;
    d->gone = 0;
    memcpy(d->held_power, powers, sizeof d->held_power);
    return KEYS[row_of(spanning)][column_of(spanning) - ROWS];
}

/* Feeds `count` samples; writes the digits accepted to `digits` and returns how many they are. */
static Py_ssize_t
detector_process(struct detector *d, const char *frame, Py_ssize_t count, char *digits)
{
    Py_ssize_t found = 0;
    float *hop_start = d->samples + d->window_length - d->hop_length;
    for (Py_ssize_t i = 0; i < count; i++) {
        hop_start[d->filled++] = (float)filter(d->filters, load_sample(frame, i));
        if (d->filled < d->hop_length) {
            continue;
        }
        d->filled = 0;
        char key = complete_hop(d);
        if (key != 0) {
            digits[found++] = key;
        }
        memmove(d->samples, d->samples + d->hop_length,
                (size_t)(d->window_length - d->hop_length) * sizeof *d->samples);
        for (int f = 0; f < FILTERS; f++) {
            /* A filter that dies away in silence would end in denormal numbers, which are slow. */
            struct section *s = &d->filters[f];
            s->s1 = fabs(s->s1) < 1e-15 ? 0.0 : s->s1;
            s->s2 = fabs(s->s2) < 1e-15 ? 0.0 : s->s2;
        }
    }
    return found;
}

static bool
detector_tone_present(const struct detector *d)
{
    return d->plausible_hops == PRESENT;
}

/* ---- Python type ---- */

typedef struct {
    PyObject_HEAD
    struct detector detector;
    bool busy;            /* a thread is in process() with the interpreter lock released */
    bool tone_present;    /* copied under the interpreter lock */
} DtmfDetector;

static PyObject *
dtmf_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"rate", NULL};
    int rate = 8000;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|i:DtmfDetector", keywords, &rate)) {
        return NULL;
    }
    if (rate < MIN_RATE || rate > MAX_RATE || rate % HOPS_PER_SECOND != 0) {
        PyErr_Format(PyExc_ValueError,
                     "a DTMF detector's rate is a multiple of %d Hz from %d to %d Hz",
                     HOPS_PER_SECOND, MIN_RATE, MAX_RATE);
        return NULL;
    }
    DtmfDetector *self = (DtmfDetector *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    if (!detector_init(&self->detector, rate)) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void
dtmf_dealloc(DtmfDetector *self)
{
    PyTypeObject *type = Py_TYPE(self);
    detector_free(&self->detector);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The state has no lock but the interpreter's, which long work releases. */
static bool
is_free(const DtmfDetector *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "a DTMF detector serves one thread at a time");
    }
    return !self->busy;
}

PyDoc_STRVAR(process_doc,
"process($self, frame, /)\n--\n\n"
"Listen to a frame of any length; return the digits accepted in it, in order.\n\n"
"Raises ValueError for an odd length, RuntimeError if another thread is in process().");

static PyObject *
dtmf_process(DtmfDetector *self, PyObject *argument)
{
    Py_buffer frame;
    char few[8];
    PyObject *result = NULL;

    if (!is_free(self) || PyObject_GetBuffer(argument, &frame, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    Py_ssize_t count = sample_count(&frame);
    if (count < 0) {
        goto done;
    }
    /* Two digits are at least a hop apart; a frame that is longer than usual gets a buffer. */
    size_t most = (size_t)(count / self->detector.hop_length + 1);
    char *digits = most <= sizeof few ? few : PyMem_Malloc(most);
    if (digits == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    self->busy = true;
    PyThreadState *released = begin_work(count);
    Py_ssize_t found = detector_process(&self->detector, frame.buf, count, digits);
    end_work(released);
    self->busy = false;
    self->tone_present = detector_tone_present(&self->detector);
    result = PyUnicode_FromStringAndSize(digits, found);
    if (digits != few) {
        PyMem_Free(digits);
    }
done:
    PyBuffer_Release(&frame);
    return result;
}

PyDoc_STRVAR(reset_doc,
"reset($self, /)\n--\n\n"
"Forget everything heard so far.\n\n"
"Raises RuntimeError if another thread is in process().");

static PyObject *
dtmf_reset(DtmfDetector *self, PyObject *Py_UNUSED(ignored))
{
    if (!is_free(self)) {
        return NULL;
    }
    detector_reset(&self->detector);
    self->tone_present = false;
    Py_RETURN_NONE;
}

static PyObject *
dtmf_tone_present(DtmfDetector *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->tone_present);
}

static PyMethodDef dtmf_methods[] = {
    {"process", (PyCFunction)(void (*)(void))dtmf_process, METH_O, process_doc},
    {"reset", (PyCFunction)(void (*)(void))dtmf_reset, METH_NOARGS, reset_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef dtmf_getset[] = {
    {"tone_present", (getter)(void (*)(void))dtmf_tone_present, NULL,
     "A plausible pair of tones sounds now, accepted or not (about 15 ms after it began).", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(dtmf_doc,
"DtmfDetector(rate=8000)\n--\n\n"
"Detector of the 16 DTMF digits in 16-bit mono samples at rate a second.\n\n"
"Accepts (ITU-T Q.24): tones from 40 ms, pauses from 40 ms, +-1.5 % of frequency, -3...-25 dBm0\n"
"a tone, 8 dB of twist either way, noise 15 dB below, through a dial tone.  Refuses: tones up to\n"
"30 ms, +-3.5 % of frequency, below -40 dBm0.  A drop-out up to 10 ms does not end a digit.\n\n"
"rate is a multiple of 500 from 8000 to 48000, else ValueError.");

static PyType_Slot dtmf_slots[] = {
    {Py_tp_new, dtmf_new},
    {Py_tp_dealloc, dtmf_dealloc},
    {Py_tp_methods, dtmf_methods},
    {Py_tp_getset, dtmf_getset},
    {Py_tp_doc, (void *)dtmf_doc},
    {0, NULL},
};

static PyType_Spec dtmf_spec = {
    .name = "gateway.media._dsp.DtmfDetector",
    .basicsize = sizeof(DtmfDetector),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = dtmf_slots,
};

/* ---- module ---- */

static int
dsp_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &dtmf_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyMethodDef dsp_methods[] = {
    {"mix", dsp_mix, METH_VARARGS, mix_doc},
    {"scale", dsp_scale, METH_VARARGS, scale_doc},
    {"fade", dsp_fade, METH_VARARGS, fade_doc},
    {"level", dsp_level, METH_VARARGS, level_doc},
    {"tone_levels", dsp_tone_levels, METH_VARARGS, tone_levels_doc},
    {"delay", dsp_delay, METH_VARARGS, delay_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot dsp_slots[] = {
    {Py_mod_exec, dsp_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

PyDoc_STRVAR(dsp_doc, "Signal processing on frames of 16-bit mono samples.");

static struct PyModuleDef dsp_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "gateway.media._dsp",
    .m_doc = dsp_doc,
    .m_methods = dsp_methods,
    .m_slots = dsp_slots,
};

PyMODINIT_FUNC
PyInit__dsp(void)
{
    return PyModuleDef_Init(&dsp_module);
}
