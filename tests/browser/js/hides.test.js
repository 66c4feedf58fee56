import { hidesPlate, hidesWords } from "/assets/js/hides.js";
import { equal, test } from "./harness.js";

const plate = { detection_type: "plate" }, sensitive = { sensitive: true };

/** Looks as somebody while something is done. */
async function as(role, signed, done) {
  Object.assign(document.documentElement.dataset, { role, signed });
  try {
    return await done();
  } finally {
    delete document.documentElement.dataset.role;
    delete document.documentElement.dataset.signed;
  }
}

test("only people who may say what for are offered what is withheld, and only where something is", async () => {
  for (const [role, signed, offered] of [["dispatcher", "yes", true], ["analyst", "yes", true], ["wall", "yes", false], ["dispatcher", "", false]]) {
    await as(role, signed, () => equal([hidesPlate(plate), hidesWords(sensitive)], [offered, offered]));
  }
  await as("dispatcher", "yes", () => equal([
    hidesPlate({ detection_type: "gunshot" }), hidesPlate({ ...plate, plate: "KLM4471" }), hidesWords({}), hidesWords({ ...sensitive, narrative: "told" }),
  ], [false, false, false, false]));
});
