"""Sets a letter twice: as plain text, and as HTML through MJML that looks like a letter and not like a campaign.

Everything in a letter is text here; each run is escaped on its way into HTML, whoever wrote it (promises F5, F7).
The HTML loads nothing but the one pixel, and only where the letter is tracked.
"""

from __future__ import annotations

import textwrap
from html import escape

from mjml import mjml2html

from regard.act.channels.email.letter import Footer, Letter, Links, Scale
from regard.act.known.offered import Product
from regard.playbooks.letters.language import Block, Items, LetterRun, Mark, Paragraph

_FONT = "-apple-system, 'Segoe UI', Figtree, 'Noto Sans', Helvetica, Arial, sans-serif"
_HEAD = (
    "<mj-head><mj-title>{title}</mj-title><mj-preview>{preheader}</mj-preview>"
    "<mj-breakpoint width='480px' />"
    f'<mj-attributes><mj-all font-family="{_FONT}" />'
    "<mj-text font-size='16px' line-height='26px' color='#181e29' padding='0 0 16px 0' />"
    "<mj-section padding='0' /><mj-column padding='0' /></mj-attributes>"
    "<mj-raw><meta name='color-scheme' content='light dark'>"
    "<meta name='supported-color-schemes' content='light dark'></mj-raw>"
    "<mj-style>"
    "a{{color:#2157c0;text-underline-offset:3px}} .score{{color:#181e29}} "
    "@media (prefers-color-scheme: dark){{body,.page{{background:#16191e !important}} "
    "div,td,p,strong{{color:#ebedf0 !important}} .soft,.soft *{{color:#a8adb4 !important}} a{{color:#89b1fa !important}} "
    ".score{{color:#ebedf0 !important;border-color:#6e737d !important}} .rule td{{border-color:#282b31 !important}}}}"
    "</mj-style></mj-head>"
)


def set_text(letter: Letter, links: Links) -> str:
    """Return the letter as plain text, lines of at most 76 characters but for addresses."""
    parts = [_text_block(letter, block, links) for block in letter.blocks]
    parts.append("\n".join(p for p in (letter.sign_off, letter.sender_name, letter.sender_title) if p))
    footer = letter.footer
    lines = [_wrap(footer.why), f"{footer.preferences[0]}:\n{footer.preferences[1]}"]
    if footer.unsubscribe:
        lines.append(f"{footer.unsubscribe[0]}:\n{footer.unsubscribe[1]}")
    lines.append(
        _wrap(
            f"{footer.company}, {footer.postal_address}"
            if footer.company not in footer.postal_address
            else footer.postal_address
        )
    )
    # "-- " is the mark of a signature; readers fold what follows.
    return "\n\n".join(p for p in parts if p) + "\n\n-- \n" + "\n\n".join(lines) + "\n"


def set_html(letter: Letter, links: Links) -> str:
    """Return the letter as one HTML document."""
    body = "".join(_html_block(letter, block, links) for block in letter.blocks)
    sign = "<br />".join(
        [escape(letter.sign_off)] * bool(letter.sign_off)
        + [f"<strong>{escape(letter.sender_name)}</strong>"]
        + [f"<span class='soft' style='color:#515762'>{escape(letter.sender_title)}</span>"] * bool(letter.sender_title)
    )
    pixel = f'<mj-raw><img src="{escape(letter.pixel)}" width="1" height="1" alt="" /></mj-raw>' if letter.pixel else ""
    head = _HEAD.format(title=escape(letter.subject), preheader=escape(letter.preheader))
    source = (
        f'<mjml lang="{escape(letter.language)}">{head}<mj-body width="600px" background-color="#ffffff" css-class="page">'
        f"<mj-section padding='32px 20px 8px 20px'><mj-column>{body}{_mj(sign)}</mj-column></mj-section>"
        f"{_html_footer(letter.footer)}{pixel}</mj-body></mjml>"
    )
    return mjml2html(source)


def _text_block(letter: Letter, block: Block, links: Links) -> str:
    if isinstance(block, Paragraph):
        return _wrap(_text_runs(block.runs, links))
    if isinstance(block, Items):
        return "\n".join(_wrap(_text_runs(runs, links), "- ", "  ") for runs in block.items)
    if block.name == "products":
        return "\n\n".join(_text_product(product, links) for product in letter.products)
    scale = letter.scale
    if scale is None:
        return ""
    ends = f"{scale.answers[0][0]} = {scale.low}, {scale.answers[-1][0]} = {scale.high}"
    return "\n".join([_wrap(ends), *(f"{score}: {address}" for score, address in scale.answers)])


def _text_runs(runs: tuple[LetterRun, ...], links: Links) -> str:
    return "".join(f"{run.text} ({links.lead(run.url)})" if run.url else run.text for run in runs)


def _text_product(product: Product, links: Links) -> str:
    head = f"{product.name}, {product.price}" if product.price else product.name
    lines = [
        _wrap(head, "  ", "  "),
        *([_wrap(product.because, "  ", "  ")] if product.because else []),
    ]
    return "\n".join([*lines, *([f"  {links.lead(product.url)}"] if product.url else [])])


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        76,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _html_block(letter: Letter, block: Block, links: Links) -> str:
    if isinstance(block, Paragraph):
        return _mj(_html_runs(block.runs, links))
    if isinstance(block, Items):
        items = "".join(f"<li style='margin:0 0 6px'>{_html_runs(runs, links)}</li>" for runs in block.items)
        return _mj(f"<ul style='margin:0;padding-inline-start:20px'>{items}</ul>")
    return _html_mark(letter, block, links)


def _html_mark(letter: Letter, block: Mark, links: Links) -> str:
    if block.name == "products" and letter.products:
        rows = "".join(_html_product(product, links) for product in letter.products)
        return f'<mj-table padding="0 0 20px 0" font-size="16px" line-height="24px" css-class="rule">{rows}</mj-table>'
    if block.name == "scores" and letter.scale:
        return _html_scale(letter.scale)
    return ""


def _html_runs(runs: tuple[LetterRun, ...], links: Links) -> str:
    return "".join(_html_run(run, links) for run in runs)


def _html_run(run: LetterRun, links: Links) -> str:
    if run.url:
        return f'<a href="{escape(links.lead(run.url))}">{escape(run.text)}</a>'
    return f"<strong>{escape(run.text)}</strong>" if run.is_strong else escape(run.text)


def _html_product(product: Product, links: Links) -> str:
    name = escape(product.name)
    if product.url:
        name = f'<a href="{escape(links.lead(product.url))}">{name}</a>'
    because = f"<div class='soft' style='color:#515762;font-size:14px;line-height:20px'>{escape(product.because)}</div>"
    cell = "padding:12px 0;border-top:1px solid #e1e4e8;vertical-align:top"
    return (
        f"<tr><td style='{cell}'><strong>{name}</strong>{because if product.because else ''}</td>"
        f"<td style='{cell};text-align:right;white-space:nowrap;padding-left:16px'>{escape(product.price)}</td></tr>"
    )


def _html_scale(scale: Scale) -> str:
    style = (
        "display:inline-block;width:42px;height:44px;line-height:44px;margin:0 6px 6px 0;text-align:center;"
        "border:1px solid #858b93;border-radius:7px;text-decoration:none;color:#181e29;font-weight:600"
    )
    answers = "".join(
        f'<a class="score" href="{escape(address)}" style="{style}">{score}</a>' for score, address in scale.answers
    )
    ends = f"{scale.answers[0][0]} = {escape(scale.low)} &nbsp;·&nbsp; {scale.answers[-1][0]} = {escape(scale.high)}"
    return _mj(answers, "padding='0 0 2px 0'") + _mj(
        f"<span class='soft' style='color:#515762'>{ends}</span>", "font-size='14px'"
    )


def _html_footer(footer: Footer) -> str:
    choices = [footer.preferences, *([footer.unsubscribe] if footer.unsubscribe else [])]
    links = " &nbsp;·&nbsp; ".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in choices)
    address = escape(footer.postal_address)
    company = "" if footer.company in footer.postal_address else f"{escape(footer.company)}, "
    words = f"<span class='soft' style='color:#666c76'>{escape(footer.why)}<br />{links}<br />{company}{address}</span>"
    return (
        "<mj-section padding='8px 20px 32px 20px'><mj-column>"
        "<mj-divider border-width='1px' border-color='#e1e4e8' padding='0 0 12px 0' />"
        + _mj(words, "font-size='13px' line-height='22px'")
        + "</mj-column></mj-section>"
    )


def _mj(inner: str, attributes: str = "") -> str:
    return f"<mj-text {attributes}>{inner}</mj-text>"
