// Comforts only: every page works without this file.

for (const button of document.querySelectorAll('button[data-shows]')) {
  const field = document.getElementById(button.dataset.shows);
  const label = button.firstChild;
  const turn = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    label.textContent = isShown ? 'Hide' : 'Show';
  };
  button.hidden = false;
  button.addEventListener('click', () => turn(field.type === 'password'));
  // Submitted as text, a password would be kept by the browser among what was typed.
  field.form.addEventListener('submit', () => turn(false));
}

// One submission a page: a second press would only ask again for what is already on its way.
const LONGEST_WAIT = 15_000;

function rest(form) {
  delete form.dataset.busy;
  for (const button of form.querySelectorAll('[data-rest]')) {
    button.textContent = button.dataset.rest;
    button.removeAttribute('aria-disabled');
    delete button.dataset.rest;
  }
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = 'true';
    // Whoever stopped the page, or lost their connection, may press again.
    setTimeout(rest, LONGEST_WAIT, form);
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    button.style.inlineSize = `${button.offsetWidth}px`;
    button.dataset.rest = button.textContent;
    button.textContent = button.dataset.busy;
    button.setAttribute('aria-disabled', 'true');
  });
}

// Back from the next page, out of the browser's own memory: everything can be pressed again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) rest(form);
});
