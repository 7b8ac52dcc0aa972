// What was entered on this phone waits here until the server has taken it: one row a report, with its photos.
//
// Every row belongs to one person. Rows of others are neither shown nor sent; they wait for their owner's login.
// A row: {seq, key, person, enteredAt, fields: {name: value}, photos: [Blob], state, reason, wrong, tries}
// state: "waiting", or "refused" with the server's reason and the fields it is about.
// What has arrived is remembered for three days, so that its number can be looked up: {key, person, number, code, text, at}

const NAME = "jishi-offline";
const WAITING = "reports";
const ARRIVED = "arrived";
const REMEMBERED = 72 * 3600 * 1000;

let opened = null;

const open = () =>
  (opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(WAITING, { keyPath: "seq", autoIncrement: true }).createIndex("person", "person");
      asked.result.createObjectStore(ARRIVED, { keyPath: "key" }).createIndex("person", "person");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  }));

const inside = async (store, mode, act) => {
  const base = await open();
  return new Promise((done, failed) => {
    const work = base.transaction(store, mode, { durability: "strict" });
    const asked = act(work.objectStore(store));
    work.oncomplete = () => done(asked?.result);
    work.onabort = work.onerror = () => failed(work.error);
  });
};

export const freshKey = () =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Keeps a report, new or corrected; resolves when it is on the disk. Gives the row with its seq. */
export const keep = async (report) => {
  const seq = await inside(WAITING, "readwrite", (store) => store.put(report));
  return { ...report, seq };
};

export const take = (seq) => inside(WAITING, "readonly", (store) => store.get(seq));

export const drop = (seq) => inside(WAITING, "readwrite", (store) => store.delete(seq));

/** The person's reports in the order they were entered. */
export const reportsOf = (person) => inside(WAITING, "readonly", (store) => store.index("person").getAll(person));

export const arrived = (row) => inside(ARRIVED, "readwrite", (store) => store.put(row));

/** What arrived for the person in the last days, latest first; older ones are forgotten. */
export const arrivedOf = async (person) => {
  const rows = await inside(ARRIVED, "readonly", (store) => store.index("person").getAll(person));
  const old = rows.filter((row) => Date.now() - row.at > REMEMBERED);
  for (const row of old) await inside(ARRIVED, "readwrite", (store) => store.delete(row.key));
  return rows.filter((row) => !old.includes(row)).sort((a, b) => b.at - a.at);
};

/** Logging out leaves no numbers behind; what still waits stays, for it is nowhere else. */
export const forgetArrived = async (person) => {
  for (const row of await arrivedOf(person)) await inside(ARRIVED, "readwrite", (store) => store.delete(row.key));
};
