/**
 * The keyboard: every page tells its keys here, and `?` shows them all. Keys of one character can be switched off, because they would
 * act on what somebody dictates to the page or types beside a field.
 */

const ON = "rtcc-keys";
/** A sequence such as `g d` must be typed within this time. */
const SEQUENCE_MS = 1500;

/** @typedef {{keys: string, says: string, act: (event: KeyboardEvent) => void}} Key `keys` as they are typed: "j", "Enter", "g d" */

export class Keys {
  /** @param {EventTarget} [target] */
  constructor(target = document) {
    /** @type {Key[]} */
    this.all = [];
    this.first = "";
    this.firstAt = 0;
    this.on = localStorage.getItem(ON) !== "off";
    target.addEventListener("keydown", (event) => this.#press(/** @type {KeyboardEvent} */ (event)));
  }

  /** @param {string} keys @param {string} says what it does, as `?` shows it @param {Key["act"]} act */
  add(keys, says, act) {
    this.all.push({ keys, says, act });
    return this;
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    localStorage.setItem(ON, on ? "on" : "off");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { key } = event, at = performance.now();
    const typing = isTyping(event.composedPath()[0]);
    if ((typing && key !== "Escape") || (!this.on && key.length === 1 && key !== "?")) return;
    if (document.querySelector("dialog[open]") && key !== "?") return;
    if (key === "Enter" && isPressed(event.composedPath()[0])) return;
    const sequence = at - this.firstAt < SEQUENCE_MS ? `${this.first} ${key}` : "";
    this.first = "";
    const found = this.all.find(({ keys }) => keys === sequence) ?? this.all.find(({ keys }) => keys === key);
    if (!found && this.all.some(({ keys }) => keys.startsWith(`${key} `))) [this.first, this.firstAt] = [key, at];
    if (!found) return;
    event.preventDefault();
    found.act(event);
  }
}

/** Whether keys pressed here are text. @param {EventTarget | undefined} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}

/** Whether Enter presses what has the focus. @param {EventTarget | undefined} target */
const isPressed = (target) => target instanceof HTMLElement && target.matches("a, button, summary, [role=button], [role=option], input");

/**
 * Lays the keys out in their dialog, with the switch that turns them off.
 * @param {Keys} keys @param {(id: string) => HTMLElement} part
 */
export function showKeys(keys, part) {
  const dialog = /** @type {HTMLDialogElement} */ (part("keys-dialog")), list = part("keys-list"), turn = part("keys-on");
  const say = () => {
    turn.textContent = keys.on ? "Keys are on: turn them off" : "Keys are off: turn them on";
  };
  const toggle = () => {
    if (dialog.open) return dialog.close();
    list.replaceChildren(
      ...keys.all.map(({ keys: typed, says }) => {
        const row = document.createElement("li"), cap = document.createElement("span");
        // Who reads a capital letter presses Shift with it.
        for (const key of typed.replace(/^[A-Z]$/, "Shift $&").split(" ")) {
          const one = document.createElement("kbd");
          one.textContent = key;
          cap.append(one, " ");
        }
        row.append(cap, says);
        return row;
      }),
    );
    say();
    dialog.showModal();
  };
  keys.add("?", "All keys", toggle);
  part("keys-button").addEventListener("click", toggle);
  part("keys-close").addEventListener("click", () => dialog.close());
  turn.addEventListener("click", () => {
    keys.turn(!keys.on);
    say();
  });
}
