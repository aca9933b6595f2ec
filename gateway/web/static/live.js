// Keeps the parts of a page that are marked with data-live up to date: when one of the named events of the gateway
// comes, the page is fetched again and those parts are replaced.  Without scripts a page is simply as old as it is.

const parts = [...document.querySelectorAll("[data-live]")];
const proof = document.querySelector("[data-live-proof]");

if (parts.length || proof) {
  if (proof) {
    const look = setInterval(async () => {
      const answer = await fetch("/welcome", { redirect: "manual" });
      if (answer.ok && !(await answer.text()).includes("/welcome/show")) {
        clearInterval(look);
        location.assign("/welcome");
      }
    }, 1500);
  } else {
    const wanted = new Set(parts.flatMap((part) => part.dataset.live.split(" ")));
    // What is told only to who asks for it comes from a place of its own.
    const place = parts.map((part) => part.dataset.liveFrom).find(Boolean) || "/events";
    const source = new EventSource(place);
    let timer = 0;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(renew, 150);
    };
    for (const name of wanted) source.addEventListener(name, soon);
    addEventListener("pagehide", () => source.close());
  }
}

async function renew() {
  // Nobody's typing is thrown away.
  if (parts.some((part) => part.contains(document.activeElement))) return;
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (!answer || answer.type === "opaqueredirect") return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const renewed = [...fresh.querySelectorAll("[data-live]")];
  parts.forEach((part, index) => {
    if (renewed[index] && part.innerHTML !== renewed[index].innerHTML) {
      part.replaceChildren(...renewed[index].childNodes);
    }
  });
}
