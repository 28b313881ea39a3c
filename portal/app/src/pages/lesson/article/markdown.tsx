// Draws Markdown (CommonMark) as elements. HTML in it is shown as the text that it is.
import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { linkAddress, pictureAddress } from "./addresses";

/**
 * The text as elements. `base` is the address of the article itself. A first heading that only repeats `title`, the
 * page's own heading, is left out.
 */
export function Markdown(props: { text: string; base: string; title: string }) {
  const { text, base, title } = props;
  return useMemo(() => {
    const tree = fromMarkdown(text);
    const [first] = tree.children;
    const isTitle = first?.type === "heading" && wordsOf(first) === title.trim();
    if (isTitle) tree.children.shift();
    const definitions = new Map<string, string>();
    for (const each of tree.children) {
      if (each.type === "definition") definitions.set(each.identifier, each.url);
    }
    return <>{children(tree, { base, definitions, deeper: isTitle ? 1 - first.depth : 1 })}</>;
  }, [text, base, title]);
}

interface Around {
  base: string;
  definitions: ReadonlyMap<string, string>;
  /** By how many levels headings move: the page's own heading is the only h1, and no level below it is left out. */
  deeper: number;
}

const wordsOf = (node: Nodes): string =>
  "value" in node ? node.value : "children" in node ? node.children.map(wordsOf).join("").trim() : "";

const children = (node: Parents, around: Around): ComponentChildren[] =>
  node.children.map((each, at) => <Element key={at} node={each} around={around} />);

function Element(props: { node: Nodes; around: Around }) {
  const { node, around } = props;
  switch (node.type) {
    case "text":
      return node.value;
    case "html":
      return node.value;
    case "paragraph":
      return <p>{children(node, around)}</p>;
    case "heading": {
      const Heading = `h${Math.max(2, Math.min(6, node.depth + around.deeper))}` as "h2";
      return <Heading>{children(node, around)}</Heading>;
    }
    case "emphasis":
      return <em>{children(node, around)}</em>;
    case "strong":
      return <strong>{children(node, around)}</strong>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled by keyboard.
        <pre tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{children(node, around)}</blockquote>;
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node, around)}</ol>
      ) : (
        <ul>{children(node, around)}</ul>
      );
    case "listItem":
      return <li>{children(node, around)}</li>;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return link(node.url, children(node, around), around);
    case "linkReference":
      return link(around.definitions.get(node.identifier), children(node, around), around);
    case "image":
      return picture(node.url, node.alt ?? "", around);
    case "imageReference":
      return picture(around.definitions.get(node.identifier), node.alt ?? "", around);
    default:
      return null;
  }
}

function link(written: string | undefined, content: ComponentChildren, around: Around) {
  const address = written === undefined ? null : linkAddress(written, around.base);
  if (!address) return <>{content}</>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {content}
    </a>
  );
}

function picture(written: string | undefined, alt: string, around: Around) {
  const address = written === undefined ? null : pictureAddress(written, around.base);
  // Not `loading="lazy"`: who scrolls down hours later would meet an address that has ended.
  return address ? <img src={address} alt={alt} /> : <em>{alt}</em>;
}
