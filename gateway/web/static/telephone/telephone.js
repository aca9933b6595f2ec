/* The telephone of the page: what is shown, and what is done when something is touched. */

import { Bell, pressSound } from "./bell.js";
import { Connection } from "./connection.js";
import { Voice, microphoneTrouble } from "./voice.js";

const $ = (name) => document.getElementById(`telephone-${name}`);
const box = document.getElementById("telephone");
const texts = Object.fromEntries(
    [...document.querySelectorAll("#telephone-texts [data-text]")]
        .map((item) => [item.dataset.text, item.textContent]),
);

/* What is shown for the states of the line (docs/line-states.md). */
const STATES = {
    idle: "idle",
    ringing: "ringing",
    "dial-tone": "lifted",
    "no-service": "no-service",
    dialling: "dialling",
    asked: "service",
    awaited: "service",
    told: "service",
    calling: "calling",
    ringback: "ringing-there",
    "ringing-back": "ringing",
    talking: "talking",
    "call-waiting": "talking",
    "call-on-hold": "talking",
    "still-waiting": "on-hold",
    "still-on-hold": "on-hold",
    busy: "busy",
    "out-of-service": "out-of-service",
};

const WAS_ON = "telephone-was-on"; // in this window, before the page was loaded again

const telephone = { off_hook: false, ringing: false, caller: null, waiting: null, messages: false };
const line = { state: "idle", call: null };
let on = false;
let trouble = "";
let dialled = "";
let wakeLock = null;
const heard = { marginMs: 0, underruns: 0 };
const said = { margin_ms: 0, underruns: 0 };

const bell = new Bell();
const connection = new Connection(box.dataset.socket, { message, voice, gone });
const voiceOf = new Voice({
    send: (frame) => connection.speak(frame),
    level: (side, peak) => { $(side).value = peak; },
    report: (report) => { Object.assign(heard, report); figures(); },
});

function say(name, values = {}) {
    return Object.entries(values).reduce(
        (text, [key, value]) => text.replaceAll(`{${key}}`, String(value)), texts[name] ?? name,
    );
}

function nameOf(caller) {
    if (!caller) {
        return "";
    }
    if (caller.number || caller.name) {
        return [caller.name, caller.number].filter(Boolean).join(" · ");
    }
    return say(caller.presentation ?? "unavailable");
}

// --- what comes from the gateway

function message(news) {
    if (news.type === "attached") {
        trouble = "";
    } else if (news.type === "telephone") {
        seen(news);
    } else if (news.type === "line") {
        Object.assign(line, news);
    } else if (news.type === "voice") {
        Object.assign(said, news);
        if (news.least_ms !== null) {
            voiceOf.waited(news.least_ms, news.margin_ms);
        }
        figures();
    }
    show();
}

function seen(news) {
    const before = { ...telephone };
    Object.assign(telephone, news);
    if (news.ringing && !before.ringing) {
        bell.start(news.cadence, voiceOf.context, voiceOf.context?.destination);
    } else if (!news.ringing && before.ringing) {
        bell.stop();
    }
    if (news.off_hook && !before.off_hook) {
        dialled = "";
        voiceOf.speaking = true;
        voiceOf.fresh();
        stayAwake();
        // Lifted by another program, or by this page before it was loaded again.
        openMicrophone();
    } else if (!news.off_hook && before.off_hook) {
        voiceOf.speaking = false;
        voiceOf.closeMicrophone();
        mute(false);
        wakeLock?.release();
        wakeLock = null;
    }
}

function voice(frame) {
    voiceOf.hear(frame);
}

function gone(reason) {
    bell.stop();
    Object.assign(telephone, { off_hook: false, ringing: false, waiting: null });
    Object.assign(line, { state: "idle", call: null });
    voiceOf.speaking = false;
    voiceOf.closeMicrophone();
    trouble = reason;
    if (reason !== "away") {
        on = false;
        window.sessionStorage.removeItem(WAS_ON);
    }
    show();
}

// --- what is done here

async function switchOn(takeOver) {
    trouble = "";
    on = true;
    show();
    try {
        await voiceOf.begin();
        if (voiceOf.context.state !== "running") {
            on = false; // loaded again, and this browser wants the page to be touched first
            show();
            return;
        }
        // Asked for now and not when it rings: then there is no time for questions.
        await voiceOf.openMicrophone();
        voiceOf.closeMicrophone();
        await listDevices();
    } catch (error) {
        on = false;
        trouble = microphoneTrouble(error);
        show();
        return;
    }
    window.sessionStorage.setItem(WAS_ON, "1");
    connection.start(box.dataset.line, takeOver);
    show();
}

function switchOff() {
    if (telephone.off_hook) {
        connection.do("hang-up");
    }
    connection.stop();
    window.sessionStorage.removeItem(WAS_ON);
    gone("");
}

async function openMicrophone() {
    try {
        await voiceOf.begin();
        await voiceOf.openMicrophone();
        trouble = "";
        return true;
    } catch (error) {
        trouble = microphoneTrouble(error);
        show();
        return false;
    }
}

async function lift() {
    if (connection.open && !telephone.off_hook && await openMicrophone()) {
        connection.do("lift");
    }
}

function hangUp() {
    if (telephone.off_hook) {
        connection.do("hang-up");
    }
}

function press(key) {
    if (!telephone.off_hook) {
        return;
    }
    dialled = (dialled + key).slice(-32);
    connection.do("digit", { digit: key });
    pressSound(voiceOf.context, voiceOf.volume, key);
    navigator.vibrate?.(15);
    const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    button.classList.add("is-pressed");
    window.setTimeout(() => button.classList.remove("is-pressed"), 120);
    show();
}

function mute(muted) {
    voiceOf.muted = muted;
    $("mute").setAttribute("aria-pressed", String(muted));
    show();
}

async function stayAwake() {
    try {
        wakeLock = await navigator.wakeLock?.request("screen") ?? null;
    } catch {
        wakeLock = null; // a page in the background may not; the call goes on
    }
}

async function listDevices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [name, kind] of [["microphone", "audioinput"], ["speaker", "audiooutput"]]) {
        const choice = $(name);
        const chosen = choice.value;
        choice.length = 1;
        for (const device of devices.filter((found) => found.kind === kind && found.deviceId)) {
            choice.add(new Option(device.label || device.deviceId, device.deviceId));
        }
        choice.value = [...choice.options].some(({ value }) => value === chosen) ? chosen : "";
    }
    $("speaker").disabled = !("setSinkId" in AudioContext.prototype);
}

// --- what is shown

function show() {
    const state = stateName();
    box.dataset.state = state;
    const text = say(state);
    if ($("state").textContent !== text) {
        $("state").textContent = text; // only news are read out
    }
    const call = line.call;
    $("party").textContent = telephone.ringing
        ? nameOf(telephone.caller ?? { presentation: "unavailable" })
        : nameOf(call ? { number: call.number, name: call.name } : null);
    $("number").textContent = telephone.off_hook && !call ? dialled : "";
    $("waiting").hidden = !telephone.waiting;
    $("waiting").textContent = telephone.waiting
        ? say("waiting", { caller: nameOf(telephone.waiting) }) : "";
    $("messages").hidden = !telephone.messages;
    $("trouble").hidden = !trouble;
    $("trouble").textContent = trouble ? say(trouble) : "";
    const here = on && connection.open;
    reveal("on", !on && trouble !== "in-use" && trouble !== "taken");
    reveal("take", !on && (trouble === "in-use" || trouble === "taken"));
    reveal("lift", here && !telephone.off_hook && !telephone.ringing);
    reveal("answer", here && telephone.ringing);
    reveal("hang-up", here && telephone.off_hook);
    reveal("off", on);
    for (const key of box.querySelectorAll("[data-key]")) {
        key.disabled = !telephone.off_hook;
    }
    $("mute").disabled = !telephone.off_hook;
    $("flash").disabled = !telephone.off_hook;
}

function stateName() {
    if (!on) {
        return "off";
    }
    if (!connection.open) {
        return "connecting";
    }
    if (telephone.ringing) {
        return "ringing";
    }
    if (!telephone.off_hook) {
        return line.state === "out-of-service" ? "out-of-service" : "idle";
    }
    const known = STATES[line.state] ?? "ended";
    if (known === "talking" && voiceOf.muted) {
        return "muted";
    }
    return known === "idle" || known === "ringing" ? "lifted" : known;
}

function reveal(name, shown) {
    const focused = document.activeElement === $(name);
    $(name).hidden = !shown;
    if (focused && !shown) {
        // The button under a finger or a screen reader has gone: the next one of the row takes over.
        box.querySelector(".telephone-hook button:not([hidden])")?.focus();
    }
}

function figures() {
    $("figures").textContent = say("figures", {
        out: Math.round(heard.marginMs),
        in: Math.round(said.margin_ms),
        outGaps: heard.underruns,
        inGaps: said.underruns + connection.unsent,
    });
}

// --- hands

$("on").onclick = () => switchOn(false);
$("take").onclick = () => switchOn(true);
$("off").onclick = switchOff;
$("lift").onclick = lift;
$("answer").onclick = lift;
$("hang-up").onclick = hangUp;
$("mute").onclick = () => mute(!voiceOf.muted);
$("flash").onclick = () => connection.do("flash");
$("volume").oninput = ({ target }) => voiceOf.setVolume(Number(target.value));
$("microphone").onchange = async ({ target }) => {
    try {
        await voiceOf.chooseMicrophone(target.value);
    } catch (error) {
        trouble = microphoneTrouble(error);
        show();
    }
};
$("speaker").onchange = ({ target }) => voiceOf.chooseSpeaker(target.value);
$("keys").onclick = ({ target }) => {
    const key = target.closest("[data-key]")?.dataset.key;
    if (key) {
        press(key);
    }
};
document.addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.altKey || event.metaKey || event.repeat;
    if (busy || event.target.closest("input, select, summary")) {
        return;
    }
    if (/^[0-9*#]$/.test(event.key)) {
        press(event.key);
    } else if (event.key === "Escape") {
        hangUp();
    } else if (event.key === "Enter" && !event.target.closest("button, a")) {
        lift();
    } else if (event.key.toLowerCase() === "m" && telephone.off_hook) {
        mute(!voiceOf.muted);
    }
});
navigator.mediaDevices?.addEventListener("devicechange", () => {
    if (on) {
        listDevices();
    }
});

box.hidden = false;
if (!window.isSecureContext) {
    trouble = "no-secure-context";
}
show();
if (window.sessionStorage.getItem(WAS_ON)) {
    switchOn(false);
}
