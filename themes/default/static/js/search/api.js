// The public search, kb.search; kb.js documents its parameters and result.

export default async function ask(host, query, { limit = 10, offset = 0, collection = "", tag = "", typing = false } = {}) {
  try {
    const answer = await host.search(query, { typing, limit, offset, collection, tag });
    const { language } = await host.info();
    const hits = answer.hits.map(({ url, doc, source, ...hit }) => ({
      ...hit,
      url: host.link(url, query),
      sections: async (more = 2) => (await host.sections(query, typing, url, more))
        .map(({ heading, anchor, excerpt }) => ({ heading, excerpt, url: host.link(url, query, anchor) })),
    }));
    host.tell("search", { query, hits: hits.length, total: answer.total, relaxed: answer.relaxed, language });
    const { total, relaxed, missing, did_you_mean, incomplete } = answer;
    return { query, language, hits, total, relaxed, missing, did_you_mean, incomplete };
  } catch (error) {
    host.tell("search-failed", { query, error: String(error) });
    throw error;
  }
}
