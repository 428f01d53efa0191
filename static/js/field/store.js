/* 手机里的小库：没交完的表、表上的照片、上次看到的任务。开不了库的（无痕窗口）只记在这一页里。 */
const NAME = "taiping", VERSION = 1;
const KEYS = { reports: "client_key", photos: ["client_key", "sha256"], tasks: "user" };
const here = { reports: new Map(), photos: new Map(), tasks: new Map() };
let opening = null;

function opened() {
  if (opening) return opening;
  opening = new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(KEYS)) request.result.createObjectStore(name, { keyPath });
      };
      request.onsuccess = () => {
        const again = () => { opening = null; };
        request.result.onclose = again; // 手机把库关了（苹果的会）：下一次重新打开
        request.result.onversionchange = () => {
          request.result.close();
          again();
        };
        resolve(request.result);
      };
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    } catch (error) {
      resolve(null);
    }
  });
  return opening;
}

/** 一次读或写：写进磁盘了才算完；写不进（手机满了）的抛出原因，先前存的都还在。 */
async function within(name, mode, work) {
  const database = await opened();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode), request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error || request.error);
  });
}

const keyOf = (name, row) => JSON.stringify([].concat(KEYS[name]).map((part) => row[part]));
const written = (key) => JSON.stringify([].concat(key));

export async function put(name, row) {
  if (!(await opened())) here[name].set(keyOf(name, row), row);
  else await within(name, "readwrite", (rows) => rows.put(row));
}

export async function get(name, key) {
  if (!(await opened())) return here[name].get(written(key));
  return within(name, "readonly", (rows) => rows.get(key));
}

export async function all(name) {
  if (!(await opened())) return [...here[name].values()];
  return within(name, "readonly", (rows) => rows.getAll());
}

export async function remove(name, key) {
  here[name].delete(written(key));
  if (await opened()) await within(name, "readwrite", (rows) => rows.delete(key));
}

/** 一张表上的照片，按加进来的先后。 */
export async function photosOf(key) {
  const inOrder = (rows) => rows.sort((one, two) => one.n - two.n);
  if (!(await opened())) return inOrder([...here.photos.values()].filter((row) => row.client_key === key));
  const range = IDBKeyRange.bound([key], [key, []]);
  return inOrder(await within("photos", "readonly", (rows) => rows.getAll(range)));
}

/** 不要这张表了：照片一起删。 */
export async function removeReport(key) {
  for (const photo of await photosOf(key)) await remove("photos", [key, photo.sha256]);
  await remove("reports", key);
}
