// The demo portal: stands in for a company's own service desk. What it does with the chat is what any portal would do:
// mint a token for the logged-in customer, hand it to <support-chat>, and log the chat out before the customer changes.

const QUESTIONS = {
  customer: [
    '¿Cuándo vence mi servidor?',
    '¿Ya se acreditó mi pago?',
    '¿Se hizo mi respaldo anoche?',
    'No me llegó el correo con mis datos de conexión',
    '¿Dónde descargo mi factura?',
    'No puedo entrar a mi servidor',
  ],
  visitor: ['¿Qué es Servidor virtual?', '¿Cómo se paga?', '¿Cuántos servidores puedo contratar?', '¿Cada cuándo se respalda?', '¿Puedo entrar a cualquier hora?'],
};
const KEY = 'demo-portal'; // this tab's customer, so that a reload stays on the desk
const PERSON = 'demo-person'; // whoever uses this browser: to the demo that is one user of each customer's account

const $ = (id) => document.getElementById(id);
const chat = $('chat');
let current = null;

async function request(path, body) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    cache: 'no-store',
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function say(text) {
  $('trouble').textContent = text;
  $('trouble').hidden = !text;
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function card(customer) {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(element('small', customer.id), element('b', customer.name), element('span', customer.situation));
  button.addEventListener('click', () => enter(customer, button));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

async function loadCustomers() {
  try {
    const customers = await request('/demo/customers');
    $('customers').replaceChildren(...customers.map(card));
    say('');
  } catch {
    say('No pude cargar los clientes de demostración. Lo intento de nuevo en unos segundos.');
    setTimeout(loadCustomers, 4000);
  }
}

function person() {
  const known = localStorage.getItem(PERSON) ?? crypto.getRandomValues(new Uint32Array(2)).join('-');
  localStorage.setItem(PERSON, known);
  return known;
}

const login = async (customer) => (await request('/demo/login', { customer: customer.id, person: person() })).token;

async function enter(customer, button) {
  button?.setAttribute('aria-busy', 'true');
  try {
    const token = customer.id ? await login(customer) : null;
    sessionStorage.setItem(KEY, JSON.stringify(customer));
    show(customer);
    chat.identify(token);
    chat.open();
  } catch {
    say('No pude entrar con ese cliente. Inténtalo otra vez.');
  } finally {
    button?.removeAttribute('aria-busy');
  }
}

function show(customer) {
  current = customer;
  $('choose').hidden = true;
  $('desk').hidden = $('account').hidden = false;
  $('desk-title').textContent = customer.id ? customer.name : 'Bienvenido, visitante';
  $('account-name').textContent = customer.id ? `${customer.name} · ${customer.id}` : 'Visitante';
  $('situation').textContent = customer.situation ?? '';
  $('situation').hidden = !customer.situation;
  $('questions').replaceChildren(...QUESTIONS[customer.id ? 'customer' : 'visitor'].map(question));
  scrollTo(0, 0);
}

function question(text) {
  const button = element('button', text);
  button.type = 'button';
  button.addEventListener('click', () => chat.open(text));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

async function change() {
  sessionStorage.removeItem(KEY);
  current = null;
  await chat.logout(); // before the next customer sits down at this computer
  chat.close();
  $('desk').hidden = $('account').hidden = true;
  $('choose').hidden = false;
  $('contenido').focus();
}

$('visitor').addEventListener('click', () => enter({}, $('visitor')));
$('change').addEventListener('click', change);
chat.addEventListener('support-chat-open', () => document.body.classList.add('chatting'));
chat.addEventListener('support-chat-close', () => document.body.classList.remove('chatting'));
chat.addEventListener('token-needed', async () => {
  if (current?.id) chat.identify(await login(current));
});

loadCustomers();
const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
if (kept) enter(kept);
