/* A stream of samples at another rate, with a ratio that may change a little while it runs.

   A windowed sinc: 24 zero crossings on each side, Kaiser window with beta 6 (63 dB of stop band), its
   edge in the middle between what a telephone carries (3400 Hz) and half its rate (4000 Hz).  The kernel
   is looked up in a table and interpolated between its entries, so any ratio is as good as another. */

const CROSSINGS = 24;
const STEPS = 512; // entries of the table from one zero crossing to the next
const BETA = 6;
const EDGE = 0.925; // of half the slower rate: 3700 Hz at 8 kHz

const kernel = makeKernel();

function bessel(x) {
    let sum = 1;
    let term = 1;
    for (let k = 1; term > 1e-12 * sum; k += 1) {
        term *= (x / (2 * k)) ** 2;
        sum += term;
    }
    return sum;
}

function makeKernel() {
    const table = new Float32Array(CROSSINGS * STEPS + 2);
    for (let i = 0; i <= CROSSINGS * STEPS; i += 1) {
        const t = i / STEPS;
        const sinc = t === 0 ? EDGE : Math.sin(Math.PI * EDGE * t) / (Math.PI * t);
        table[i] = sinc * bessel(BETA * Math.sqrt(1 - (t / CROSSINGS) ** 2)) / bessel(BETA);
    }
    return table;
}

export class Resampler {
    /* inRate, outRate: samples a second. */
    constructor(inRate, outRate) {
        this.nominal = inRate / outRate;
        this.step = this.nominal; // samples of the input for one of the output
        this.scale = Math.min(1, outRate / inRate);
        this.reach = Math.ceil(CROSSINGS / this.scale) + 1; // samples of the input on each side
        this.input = new Float32Array(8192);
        this.reset();
    }

    /* Forget what came; the filter is full of silence. */
    reset() {
        this.input.fill(0);
        this.filled = this.reach;
        this.position = this.reach; // of the next sample of the output, in the input
    }

    /* More (above 0) or fewer samples of the input for one of the output, in parts in a million. */
    tune(ppm) {
        this.step = this.nominal * (1 + ppm / 1e6);
    }

    /* Samples of the input that are there and were not passed yet. */
    get waiting() {
        return this.filled - this.reach - this.position;
    }

    /* Takes samples; false when there is no room for them. */
    push(samples) {
        if (this.filled + samples.length > this.input.length) {
            this.compact();
            if (this.filled + samples.length > this.input.length) {
                return false;
            }
        }
        this.input.set(samples, this.filled);
        this.filled += samples.length;
        return true;
    }

    /* Passes over so many samples of the input unheard. */
    skip(samples) {
        this.position += samples;
    }

    compact() {
        const from = Math.floor(this.position) - this.reach;
        this.input.copyWithin(0, from, this.filled);
        this.filled -= from;
        this.position -= from;
    }

    /* Writes to output from the index on, as far as the input reaches; the index after the last one. */
    pull(output, index) {
        while (index < output.length && this.waiting > 0) {
            output[index] = this.sample();
            this.position += this.step;
            index += 1;
        }
        return index;
    }

    sample() {
        const first = Math.floor(this.position) - this.reach + 1;
        const last = Math.floor(this.position) + this.reach;
        let sum = 0;
        for (let n = first; n < last; n += 1) {
            const at = Math.abs(n - this.position) * this.scale * STEPS;
            const entry = Math.floor(at);
            if (entry < CROSSINGS * STEPS) {
                const low = kernel[entry];
                sum += this.input[n] * (low + (kernel[entry + 1] - low) * (at - entry));
            }
        }
        return sum * this.scale;
    }
}
