// Articles that answer a message, kb.suggest; kb.js documents its parameters and result.

export default async function suggest(host, message, { limit = 3 } = {}) {
  const { language } = await host.info();
  const found = message.trim() ? await host.suggest(message, limit) : [];
  return {
    language,
    suggestions: found.map(({ url, title, breadcrumb, confidence, excerpt, section }) => ({
      url: host.link(url),
      title: title.join(""),
      breadcrumb,
      confidence,
      section: section ?? { heading: "", anchor: "", excerpt },
    })),
  };
}
