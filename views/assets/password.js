// Comforts only: the server judges by the same rules, and by those that a browser cannot know.

const list = document.getElementById('password-rules');
const field = document.getElementById('password');
const strength = document.getElementById('password-strength');
const { faultsOf, strengthOf } = await import(list.dataset.rules);

const valueOf = (selector) => field.form.querySelector(selector)?.value ?? '';

function tick() {
  const isTyped = field.value !== '';
  const person = {
    email: valueOf('[type="email"], [autocomplete="username"]'),
    name: valueOf('[autocomplete="name"]'),
  };
  const faults = faultsOf(field.value, list.dataset.kind, person);
  for (const line of list.querySelectorAll('[data-faults]')) {
    const isMet =
      isTyped && !faults.some((fault) => line.dataset.faults.split(' ').includes(fault));
    line.classList.toggle('met', isMet);
    line.querySelector('.unseen').textContent = isMet ? 'Done: ' : '';
  }
}

function weigh() {
  const { level, word } = strengthOf(field.value);
  strength.hidden = field.value === '';
  strength.dataset.level = level;
  // Said only when it changes, and not at every key.
  const said = strength.querySelector('strong');
  if (said.textContent !== word) said.textContent = word;
}

field.form.addEventListener('input', () => {
  tick();
  weigh();
});
tick();
weigh();
