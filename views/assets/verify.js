// A comfort only: the waiting page goes on by itself once the address is confirmed, wherever that was done.

const form = document.querySelector('form[data-goes-on]');
const SOON = 3000;
const LATER = 15_000;
const EAGER_FOR = 10 * 60 * 1000;

async function isConfirmed() {
  try {
    const answer = await fetch(form.dataset.goesOn, { cache: 'no-store' });
    return answer.ok && (await answer.json()).verified === true;
  } catch {
    // Offline, or the server is away: the next round asks again.
    return false;
  }
}

/** Until the page is looked at: what happens in a hidden one helps nobody. */
function shown() {
  if (!document.hidden) return undefined;
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', resolve, { once: true });
  });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

while (!(await isConfirmed())) {
  await pause(performance.now() < EAGER_FOR ? SOON : LATER);
  await shown();
}
form.requestSubmit();
