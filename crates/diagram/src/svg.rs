//! The picture as SVG 1.1, self-contained: no script, no style sheet, no font of its own.

use std::fmt::Write;

use crate::geometry::{Point, Rect};
use crate::graph::{Diagram, DiagramBox, End, HEAD_HEIGHT, ROW_HEIGHT};
use crate::layout::bounds;
use crate::route::{Route, Side, route_links};

/// The colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub canvas: &'static str,
    /// A box's body.
    pub surface: &'static str,
    /// A box's frame.
    pub frame: &'static str,
    /// Text.
    pub text: &'static str,
    /// Details.
    pub muted: &'static str,
    /// Links.
    pub link: &'static str,
    /// Heads by group, in turn.
    pub heads: [&'static str; 6],
}

impl Palette {
    /// For light backgrounds.
    pub const LIGHT: Self = Self {
        canvas: "#f6f7f9",
        surface: "#ffffff",
        frame: "#c3cad3",
        text: "#1c2733",
        muted: "#5b6875",
        link: "#7a8794",
        heads: ["#dcebf0", "#e6e9f7", "#e5f0e2", "#f6ead9", "#f2e2ea", "#e4e8eb"],
    };

    /// For dark backgrounds.
    pub const DARK: Self = Self {
        canvas: "#14191f",
        surface: "#1d242c",
        frame: "#3b4754",
        text: "#e3e9ef",
        muted: "#9fadba",
        link: "#768595",
        heads: ["#21424c", "#2e3457", "#2b4430", "#4d3b22", "#4b2c3b", "#333d46"],
    };
}

const MARGIN: f64 = 40.0;

/// Draws boxes at their corners, with routed links.
pub fn render_svg(diagram: &Diagram, corners: &[Point], palette: &Palette, title: &str) -> String {
    let sizes = diagram.sizes();
    let routes = route_links(diagram, corners);
    let mut all = bounds(corners, &sizes);
    for point in routes.iter().flat_map(|route| &route.points) {
        all = all.union(Rect { left: point.x, top: point.y, right: point.x, bottom: point.y });
    }
    let (x, y) = (all.left - MARGIN, all.top - MARGIN);
    let (width, height) = (all.width() + 2.0 * MARGIN, all.height() + 2.0 * MARGIN);
    let mut svg = String::with_capacity(diagram.boxes.len() * 1500);
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"{x:.0} {y:.0} {width:.0} {height:.0}\" font-family=\"Inter, 'Segoe UI', 'DejaVu Sans', sans-serif\" \
         font-size=\"12\">\n<title>{}</title>\n<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         fill=\"{}\"/>\n<g fill=\"none\" stroke=\"{}\" stroke-width=\"1.3\">\n",
        escape(title),
        palette.canvas,
        palette.link,
    );
    for (link, route) in diagram.links.iter().zip(&routes) {
        link_path(&mut svg, route, link.from_end, link.to_end, &link.label);
    }
    svg.push_str("</g>\n");
    let groups = group_numbers(diagram);
    for (index, it) in diagram.boxes.iter().enumerate() {
        let rect = Rect::at(corners[index], sizes[index]);
        draw_box(&mut svg, it, &rect, palette, palette.heads[groups[index] % palette.heads.len()]);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Groups numbered in the order of their names.
fn group_numbers(diagram: &Diagram) -> Vec<usize> {
    let names: std::collections::BTreeSet<&str> = diagram.boxes.iter().map(|it| it.group.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    diagram.boxes.iter().map(|it| names.binary_search(&it.group.as_str()).unwrap_or(0)).collect()
}

fn link_path(svg: &mut String, route: &Route, from: End, to: End, label: &str) {
    let _ = write!(svg, "<path d=\"");
    for (at, point) in route.points.iter().enumerate() {
        let _ = write!(svg, "{}{:.1} {:.1}", if at == 0 { "M" } else { "L" }, point.x, point.y);
    }
    if let (Some(first), Some(last)) = (route.points.first(), route.points.last()) {
        end_mark(svg, *first, route.from_side, from);
        end_mark(svg, *last, route.to_side, to);
    }
    let _ = writeln!(svg, "\"><title>{}</title></path>", escape(label));
}

/// The mark of an end, as further segments of the link's path.
fn end_mark(svg: &mut String, at: Point, side: Side, end: End) {
    let out = side.sign();
    let (x, y) = (at.x, at.y);
    let bar = |svg: &mut String, away: f64| {
        let _ = write!(svg, "M{:.1} {:.1}V{:.1}", x + out * away, y - 5.0, y + 5.0);
    };
    let circle = |svg: &mut String, away: f64| {
        let _ = write!(svg, "M{:.1} {:.1}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0", x + out * away - 3.0, y);
    };
    match end {
        End::One => {
            bar(svg, 7.0);
            bar(svg, 11.0);
        }
        End::ZeroOrOne => {
            bar(svg, 7.0);
            circle(svg, 14.0);
        }
        End::Many => {
            let tip = x + out * 10.0;
            let _ = write!(svg, "M{x:.1} {:.1}L{tip:.1} {y:.1}L{x:.1} {:.1}", y - 5.5, y + 5.5);
            circle(svg, 13.5);
        }
    }
}

fn draw_box(svg: &mut String, it: &DiagramBox, rect: &Rect, palette: &Palette, head: &str) {
    let (x, y, w, h) = (rect.left, rect.top, rect.width(), rect.height());
    let dash = if it.secondary { " stroke-dasharray=\"4 3\"" } else { "" };
    let _ = write!(
        svg,
        "<g><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" rx=\"6\" fill=\"{}\" stroke=\"{}\"{dash}/>\
         <path d=\"M{x:.0} {:.0}v-{:.0}a6 6 0 0 1 6-6h{:.0}a6 6 0 0 1 6 6v{:.0}z\" fill=\"{head}\"/>\
         <text x=\"{:.0}\" y=\"{:.0}\" font-weight=\"600\" font-size=\"13\" fill=\"{}\">{}</text>",
        palette.surface,
        palette.frame,
        y + HEAD_HEIGHT,
        HEAD_HEIGHT - 6.0,
        w - 12.0,
        HEAD_HEIGHT - 6.0,
        x + 12.0,
        y + 20.0,
        palette.text,
        escape(&shorten(&it.title, w - 24.0, 7.6)),
    );
    for (at, row) in it.rows.iter().enumerate() {
        let middle = y + HEAD_HEIGHT + (at as f64 + 0.5) * ROW_HEIGHT + 4.0;
        let detail = shorten(&row.detail, w * 0.5, 6.6);
        let room = w - 58.0 - detail.chars().count() as f64 * 6.6;
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{middle:.0}\" font-size=\"9\" fill=\"{m}\">{}</text>\
             <text x=\"{:.0}\" y=\"{middle:.0}\" fill=\"{}\">{}</text>\
             <text x=\"{:.0}\" y=\"{middle:.0}\" text-anchor=\"end\" fill=\"{m}\">{}</text>",
            x + 10.0,
            escape(&row.mark),
            x + 32.0,
            palette.text,
            escape(&shorten(&row.label, room, 6.6)),
            x + w - 10.0,
            escape(&detail),
            m = palette.muted,
        );
    }
    svg.push_str("</g>\n");
}

/// Cuts a text to the room it has, with an ellipsis.
fn shorten(text: &str, room: f64, character: f64) -> String {
    let fits = (room / character).max(3.0) as usize;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= fits {
        return text;
    }
    let mut short: String = text.chars().take(fits - 1).collect();
    short.push('…');
    short
}

/// Makes a text safe inside an element; characters XML 1.0 forbids become the replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            // Marks that turn the direction of what follows must not reach beyond their own text.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
