/* Put into the page by a test before its own scripts: records what is joined to the speaker. */

(() => {
    const connect = AudioNode.prototype.connect;
    window.played = []; // one list of chunks for each node that was joined to the speaker

    async function tap(node) {
        const chunks = [];
        window.played.push(chunks);
        await node.context.audioWorklet.addModule("/static/test/recorder.js");
        const recorder = new AudioWorkletNode(node.context, "test-recorder", { numberOfOutputs: 0 });
        recorder.port.onmessage = ({ data }) => chunks.push(data);
        connect.call(node, recorder);
    }

    AudioNode.prototype.connect = function (target, ...rest) {
        if (target instanceof AudioDestinationNode) {
            window.rate = this.context.sampleRate;
            tap(this);
        }
        return connect.call(this, target, ...rest);
    };

    /* What the n-th node played, as base64 of 16-bit samples. */
    window.recorded = (n) => {
        const chunks = window.played[n] ?? [];
        const words = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
        let at = 0;
        for (const chunk of chunks) {
            for (const value of chunk) {
                words[at] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
                at += 1;
            }
        }
        const bytes = new Uint8Array(words.buffer);
        let text = "";
        for (let i = 0; i < bytes.length; i += 0x8000) {
            text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
        }
        return btoa(text);
    };
})();
