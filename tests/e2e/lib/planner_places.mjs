// Every tab of the planner's page and every dialog that opens from it, for who looks at them all.

export const kTabs = ["volumes", "staff", "schedule", "today", "accuracy", "history"];

// What opens each dialog, by the key of a button's name; a list: one after the other.
const kDialogs = {
  volumes: ["planner.earlier", "planner.addEvent", "planner.makeForecast", "stretch:planner.overrideChosen"],
  staff: ["staff.compute"],
  schedule: [
    "schedule.solve",
    "schedule.publish",
    ...["schedule.compare", "labour.title", "swap.title", "schedule.copy", "schedule.newDraft"].map((item) => `menu:${item}`),
    "broken-rules",
    "shift",
    "person",
  ],
  today: [],
  accuracy: [],
  history: ["history.export", "history.import"],
};

async function openDialog(person, what) {
  const { page } = person;
  const [how, key] = what.includes(":") ? what.split(":") : ["", what];
  const button = () => page.getByRole("button", { name: person.t(key), exact: true });
  if (how === "menu") {
    await page.getByRole("button", { name: person.t("schedule.more"), exact: true }).click();
    return page.getByRole("menuitem", { name: person.t(key) }).click();
  }
  if (how === "stretch") {
    await page.getByTestId("plot").first().press("End");
    await page.keyboard.press("Shift+ArrowLeft");
    return button().click();
  }
  if (key === "broken-rules") return page.getByTestId(key).click();
  if (key === "shift") return page.getByTestId("shift").first().dblclick();
  if (key === "person") return page.getByTestId("schedule-row").first().getByRole("rowheader").getByRole("button").click();
  return button().click();
}

/** Opens each place in turn and calls `look` with its name and, of a dialog, where it is; without the dialogs in `skip`. */
export async function visit(person, look, skip = []) {
  const { page } = person;
  for (const tab of kTabs) {
    await page.locator(`nav a[href^="/planner/${tab}"]`).click();
    await page.locator("main[aria-busy=false]").waitFor();
    await page.waitForLoadState("networkidle");
    await look(tab);
    for (const what of kDialogs[tab].filter((each) => !skip.includes(each))) {
      await openDialog(person, what);
      await page.getByRole("dialog").waitFor();
      await page.waitForLoadState("networkidle");
      await look(`${tab}: ${what}`, "dialog[open]"); // what lies beneath has been looked at
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
  }
}
