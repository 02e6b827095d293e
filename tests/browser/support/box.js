// What a customer does with the search box, and sees in it.

// The box of a page, as one looks at it.
export function boxOf(page) {
  const field = page.locator("[data-search]").first();
  const pop = page.locator("kb-search .search-pop");
  return {
    field,
    pop,
    status: page.locator("kb-search [role=status]"),
    hits: pop.locator("[data-position]"),
    options: pop.locator("[role=option]"),
    active: pop.locator("[aria-selected=true]"),
    failed: page.locator("[data-failed]:visible"),
    warning: page.locator(".search-warning"),
    // Types as people do, key by key.
    type: (text) => field.pressSequentially(text, { delay: 15 }),
    // Waits until the list answers the whole query; gives the titles of its hits.
    async answer(query) {
      await field.fill(query);
      await pop.locator(".search-all, .search-none").getByText(query, { exact: false }).first().waitFor();
      return pop.locator(".hit-title").allTextContents();
    },
  };
}
