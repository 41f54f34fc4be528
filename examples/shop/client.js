// The shop's page: buy, pay, receipt. The order's id is in the address, so that it survives a reload and the switch to
// the wallet app.

import "itpay/qr/element";

const $ = (selector) => document.querySelector(selector);
const [shelf, payment, receipt, buy, problem, code] = [
  "#shelf",
  "#payment",
  "#receipt",
  "#buy",
  "#problem",
  "itpay-qr",
].map($);

buy.addEventListener("click", order);
code.addEventListener("itpay-renew", renew);
code.addEventListener("itpay-succeeded", () => load(location.hash.slice(1)));
$("#back").addEventListener("click", () => show(shelf, ""));
if (location.hash !== "") load(location.hash.slice(1));

async function order() {
  buy.disabled = true;
  const created = await ask("/orders", { method: "POST" });
  buy.disabled = false;
  if (created !== undefined) pay(created);
}

/** A new code for an order whose code has expired, was declined or was canceled. */
async function renew() {
  const renewed = await ask(`/orders/${location.hash.slice(1)}/renew`, { method: "POST" });
  if (renewed !== undefined) present(renewed);
}

/** After a reload: the server still has the order's code. */
async function load(id) {
  const found = await ask(`/orders/${id}`);
  if (found === undefined) show(shelf, "");
  else present(found);
}

function present(found) {
  if (found.status === "succeeded") thank(found);
  else pay(found);
}

function pay({ id, qr_data, scan_url, expires_at, channel, amount }) {
  const attributes = {
    data: qr_data,
    "scan-url": scan_url,
    "expires-at": expires_at,
    "status-url": `/orders/${id}/status`,
    channel,
    amount: amount.value,
    currency: amount.currency,
  };
  for (const [name, value] of Object.entries(attributes)) code.setAttribute(name, value);
  show(payment, id);
}

function thank({ id, title, amount, settled_at }) {
  const money = new Intl.NumberFormat(undefined, { style: "currency", currency: amount.currency }).format(
    amount.value / 100,
  );
  const date = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" }).format(
    new Date(settled_at),
  );
  $("#title").textContent = title;
  $("#total").textContent = money;
  $("#date").textContent = date;
  $("#number").textContent = id;
  $("#book").href = `/orders/${id}/book`;
  show(receipt, id);
}

function show(section, id) {
  for (const each of [shelf, payment, receipt]) each.hidden = each !== section;
  history.replaceState(null, "", id === "" ? location.pathname : `#${id}`);
  section.querySelector("h1").focus();
}

/** Calls the server. Returns `undefined` and shows a message if that fails. */
async function ask(address, options) {
  problem.textContent = "";
  try {
    const response = await fetch(address, options);
    const result = await response.json();
    if (response.ok) return result;
    problem.textContent = result.error;
  } catch {
    problem.textContent = "The shop is not available. Please try again.";
  }
  return undefined;
}
