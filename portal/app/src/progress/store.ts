// Where updates wait on this device: IndexedDB, which a killed page and a closed browser leave as it is.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { replaces, slotOf, type Update } from "./updates";

interface Waiting extends DBSchema {
  updates: { key: string; value: Update };
}

const NAME = "education.progress";

let opened: Promise<IDBPDatabase<Waiting>> | undefined;

function database(): Promise<IDBPDatabase<Waiting>> {
  opened ??= openDB<Waiting>(NAME, 1, {
    upgrade: (db) => {
      db.createObjectStore("updates");
    },
  });
  return opened;
}

/** Puts an update in its slot, unless the slot has a newer one. */
export async function put(update: Update): Promise<void> {
  const transaction = (await database()).transaction("updates", "readwrite");
  const key = slotOf(update);
  if (replaces(update, await transaction.store.get(key))) await transaction.store.put(update, key);
  await transaction.done;
}

/** All updates of one person. Other people's, on a shared device, wait for them. */
export async function allOf(userId: string): Promise<Update[]> {
  return (await database()).getAll("updates", IDBKeyRange.bound(`${userId}/`, `${userId}/\uffff`));
}

/** Takes an update out, unless a newer one took its place meanwhile. */
export async function remove(update: Update): Promise<void> {
  const transaction = (await database()).transaction("updates", "readwrite");
  const key = slotOf(update);
  const found = await transaction.store.get(key);
  if (JSON.stringify(found) === JSON.stringify(update)) await transaction.store.delete(key);
  await transaction.done;
}

/** Takes out everything of one person, whose account was erased. */
export async function removeAllOf(userId: string): Promise<void> {
  const transaction = (await database()).transaction("updates", "readwrite");
  await transaction.store.delete(IDBKeyRange.bound(`${userId}/`, `${userId}/\uffff`));
  await transaction.done;
}
