/* Put into the page by a test before its own scripts: records what is joined to the speaker, and what
   the microphone is joined to. */

(() => {
    const connect = AudioNode.prototype.connect;
    // One list of chunks for each node that was joined to the speaker, and for each microphone.
    window.taps = { speaker: [], microphone: [] };

    async function tap(node, chunks) {
        await node.context.audioWorklet.addModule("/static/test/recorder.js");
        const recorder = new AudioWorkletNode(node.context, "test-recorder", { numberOfOutputs: 0 });
        recorder.port.onmessage = ({ data }) => chunks.push(data);
        connect.call(node, recorder);
    }

    AudioNode.prototype.connect = function (target, ...rest) {
        const speaker = target instanceof AudioDestinationNode;
        if (speaker || this instanceof MediaStreamAudioSourceNode) {
            const chunks = [];
            window.taps[speaker ? "speaker" : "microphone"].push(chunks);
            tap(this, chunks);
        }
        return connect.call(this, target, ...rest);
    };

    /* What the n-th of a side played: samples a second, seconds of the context at the first one, and
       base64 of 16-bit samples. */
    window.recorded = (side, n) => {
        const chunks = window.taps[side][n] ?? [];
        const words = new Int16Array(chunks.reduce((sum, { samples }) => sum + samples.length, 0));
        let at = 0;
        for (const { samples } of chunks) {
            for (const value of samples) {
                words[at] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
                at += 1;
            }
        }
        const bytes = new Uint8Array(words.buffer);
        let text = "";
        for (let i = 0; i < bytes.length; i += 0x8000) {
            text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
        }
        return [window.telephoneRate, (chunks[0]?.at ?? 0) / window.telephoneRate, btoa(text)];
    };

    const Context = window.AudioContext;
    window.AudioContext = class extends Context {
        constructor(...options) {
            super(...options);
            window.telephoneRate = this.sampleRate;
        }
    };
})();
