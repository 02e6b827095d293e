// Articles that may answer a message, kb.suggest; kb.js documents its parameters and result.

export default async function suggest(host, message, { limit = 3 } = {}) {
  const { language } = await host.info();
  if (!message.trim()) return { language, suggestions: [] };
  const query = message.replace(/\s+/g, " ").slice(0, 500);
  const { hits } = await host.search(query, { limit });
  const suggestions = hits.map(async ({ url, title, breadcrumb, score, excerpt }) => {
    const [section] = await host.sections(query, false, url, 0).catch(() => []);
    return {
      url: host.link(url),
      title: title.join(""),
      breadcrumb,
      confidence: Math.min(1, score / (hits[0].score * 2)),
      section: section ?? { heading: "", anchor: "", excerpt },
    };
  });
  return { language, suggestions: await Promise.all(suggestions) };
}
