// What this tab remembers, and nobody else: sessionStorage, of the one account that is signed in.

const MINE = "console ";
const WHOSE = "console whose";

const forEach = (take) =>
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(MINE))
    .forEach(take);

export const forgetAll = () => forEach((key) => sessionStorage.removeItem(key));

// Somebody else has signed in in this tab: what is there was not theirs.
export const open = (whose) => {
  if (sessionStorage.getItem(WHOSE) === whose) return;
  forgetAll();
  sessionStorage.setItem(WHOSE, whose);
};

export const read = (name, otherwise = null) => {
  const kept = sessionStorage.getItem(MINE + name);
  return kept === null ? otherwise : JSON.parse(kept);
};

export const remove = (name) => sessionStorage.removeItem(MINE + name);

// False: there is no room for it.
export const keep = (name, value) => {
  try {
    sessionStorage.setItem(MINE + name, JSON.stringify(value));
    return true;
  } catch {
    remove(name);
    return false;
  }
};
