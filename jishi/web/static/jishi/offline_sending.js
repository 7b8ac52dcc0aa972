// Sends what waits, one after the other, each exactly once.
//
// A report carries the key it was given when it was entered. If the answer is lost it is sent again with the same
// key, and the server gives the answer it gave before. Only the server's word takes a report out of the queue.
import { arrived, drop, keep, reportsOf } from "./offline_queue.js";

export const ADDRESSES = { pass: "/day/pass/", register: "/day/register/" };
const STUMBLES = 5;
const PATIENCE = 60000; // ms for one report with its photos on a slow line

const within = (milliseconds) => AbortSignal.timeout?.(milliseconds);

const askPass = async () => {
  const answer = await fetch(ADDRESSES.pass, { cache: "no-store", signal: within(15000) });
  if (!answer.ok) throw new TypeError(`pass: ${answer.status}`);
  return answer.json();
};

const bodyOf = (report) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(report.fields)) body.append(name, value);
  body.append("entered_at", report.enteredAt);
  body.append("person", report.person);
  report.photos.forEach((photo, place) => body.append("photos", photo, `${place + 1}.jpg`));
  return body;
};

const post = (report, token) =>
  fetch(ADDRESSES.register, {
    method: "POST",
    body: bodyOf(report),
    headers: { Accept: "application/json", "X-CSRFToken": token, "Idempotency-Key": report.key },
    redirect: "manual",
    signal: within(PATIENCE),
  });

const isJson = (answer) => answer.headers.get("Content-Type")?.startsWith("application/json");

const FINAL = { 403: "没有登记权限，请联系管理员。", 413: "照片太大，请去掉几张再发送。" };

const sendOne = async (report, token) => {
  await keep({ ...report, tries: report.tries + 1 });
  const answer = await post(report, token);
  if (answer.type === "opaqueredirect") return "login";
  const said = isJson(answer) ? await answer.json() : {};
  if (answer.ok && said.number) {
    const text = report.fields.text || "";
    await arrived({ key: report.key, person: report.person, number: said.number, code: said.code, text, at: Date.now() });
    await drop(report.seq);
    return said;
  }
  if (said.fields?.person) return "other";
  const reason = said.message || FINAL[answer.status];
  if (!reason || answer.status === 429 || answer.status >= 500) return "later";
  await keep({ ...report, tries: report.tries + 1, state: "refused", reason, wrong: said.fields ?? {} });
  return "refused";
};

const sendAll = async (person, changed) => {
  const waiting = (await reportsOf(person)).filter((report) => report.state === "waiting");
  if (!waiting.length) return "done";
  const pass = await askPass();
  if (pass.person === null) return "login";
  if (String(pass.person) !== person) return "other";
  let ended = "done";
  for (const report of waiting) {
    const outcome = await sendOne(report, pass.token);
    if (outcome === "later") ended = outcome;
    // One report the server stumbles over again and again does not hold up those behind it.
    const stuck = outcome === "later" && report.tries >= STUMBLES;
    if (["login", "other", "later"].includes(outcome) && !stuck) return outcome;
    changed();
  }
  return ended;
};

/** Sends what the person has waiting; "done", "offline", "login", "other", "later" or "busy" says where it ended. */
export const send = async (person, changed) => {
  const act = async () => {
    try {
      return await sendAll(person, changed);
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) return "offline"; // the network, not the program
      throw error;
    }
  };
  if (!navigator.locks) return act();
  // Two tabs take turns: the second looks at what the first has left.
  return navigator.locks.request("jishi-sending", act);
};
