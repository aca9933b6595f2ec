/* How much of the voice is kept waiting, so that what comes late is still in time.

   The measure is the least that was waiting in a second.  The rate is changed by a few parts in a thousand
   until that is the margin; the margin grows when something came too late, and shrinks when all is calm. */

export const SMALLEST_MS = 20; // browsers take the sound in portions of up to so much
export const LARGEST_MS = 200;
const GROWTH_MS = 15;
const CALM_S = 20;
const SHRINKING_MS = 2;
const BAND_MS = 20;
const PPM_PER_MS = 40; // a distance is made good with a time constant of 25 seconds
const MOST_PPM = 2000; // a thirtieth of a semitone

/* How much faster, in parts in a million, to take what waits.

   Nothing as long as it is little more than the margin: frames come every 20 ms, so where they fall between
   the moments at which they are taken is chance, and no reason to bend the voice. */
export function correction(leastMs, marginMs) {
    const tooLittle = Math.min(0, leastMs - marginMs);
    const tooMuch = Math.max(0, leastMs - marginMs - BAND_MS);
    return Math.max(-MOST_PPM, Math.min(MOST_PPM, PPM_PER_MS * (tooLittle + tooMuch)));
}

export class Margin {
    constructor() {
        this.ms = SMALLEST_MS;
        this.calm = 0;
    }

    /* Something came too late. */
    missed() {
        this.ms = Math.min(LARGEST_MS, this.ms + GROWTH_MS);
        this.calm = 0;
    }

    /* So many seconds passed. */
    pass(seconds) {
        this.calm += seconds;
        if (this.calm > CALM_S) {
            this.calm = 0;
            this.ms = Math.max(SMALLEST_MS, this.ms - SHRINKING_MS);
        }
    }
}
