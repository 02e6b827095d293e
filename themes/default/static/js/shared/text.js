// The text of an article, for search (search/host.js) and for highlights (search/mark.js).

// Elements that begin and end a line of text; kb reads raw HTML by the same list (`crates/kb-document/src/raw_html.rs`).
export const BLOCKS = "address,article,aside,blockquote,br,caption,center,dd,details,dialog,dir,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,h5,h6,header,hgroup,hr,legend,li,main,menu,nav,ol,option,p,pre,search,section,summary,table,td,th,tr,ul";
// Elements that are not text of the article: hidden ones, and those added by kb and article.js.
export const SKIPPED = "script,style,svg,template,.anchor,.generated,.code-copy,.tab-list,sup.footnote-ref,a.footnote-back,.video-open + figcaption";
