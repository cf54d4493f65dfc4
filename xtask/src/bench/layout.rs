//! Layout against Graphviz `sfdp` on the same graphs: time, overlaps, crossings of straight links, shape.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use cadastre_diagram::{
    Diagram, DiagramBox, End, Link, Point, Rect, Row, Size, arrange, bounds, count_crossings,
};

/// Rounds of our own layout; the fastest counts, as the peer's start-up is left out as well.
const ROUNDS: usize = 5;

/// Prints a line for each size.
pub(crate) fn run() -> Result<(), String> {
    println!(
        "layout          tables   keys |    ours     sfdp  ratio | overlaps  ours sfdp | crossings   ours   sfdp | aspect ours sfdp | area ours/sfdp"
    );
    for (tables, keys) in [(100, 150), (300, 450), (1000, 1500), (3000, 4300)] {
        let diagram = synthetic(tables, keys);
        let mut best = f64::MAX;
        let mut corners = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            corners = arrange(&diagram);
            best = best.min(started.elapsed().as_secs_f64());
        }
        let started = Instant::now();
        let peer = sfdp(&diagram)?;
        let peer_time = started.elapsed().as_secs_f64();
        let (sizes, edges) = (diagram.sizes(), diagram.edges());
        let ours = centres(&corners, &sizes);
        let (a, b) = (bounds(&corners, &sizes), bounds(&corners_of(&peer, &sizes), &sizes));
        println!(
            "{:15} {tables:6} {keys:6} | {:6.3} s {:6.3} s  {:5.2} | {:14} {:4} | {:16} {:6} | {:11.2} {:4.2} | {:14.2}",
            "clustered",
            best,
            peer_time,
            best / peer_time,
            overlaps(&ours, &sizes),
            overlaps(&peer, &sizes),
            count_crossings(&ours, &edges),
            count_crossings(&peer, &edges),
            a.width() / a.height(),
            b.width() / b.height(),
            a.width() * a.height() / (b.width() * b.height()),
        );
    }
    Ok(())
}

fn centres(corners: &[Point], sizes: &[Size]) -> Vec<Point> {
    corners.iter().zip(sizes).map(|(&corner, &size)| Rect::at(corner, size).centre()).collect()
}

fn corners_of(centres: &[Point], sizes: &[Size]) -> Vec<Point> {
    let corner = |(centre, size): (&Point, &Size)| {
        Point::new(centre.x - size.width / 2.0, centre.y - size.height / 2.0)
    };
    centres.iter().zip(sizes).map(corner).collect()
}

fn overlaps(centres: &[Point], sizes: &[Size]) -> usize {
    let rects: Vec<Rect> =
        centres.iter().zip(sizes).map(|(&centre, &size)| Rect::around(centre, size)).collect();
    let pairs = rects.iter().enumerate().flat_map(|(at, a)| rects[at + 1..].iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| a.overlaps(b, 0.0)).count()
}

/// A schema-like graph: modules of about 25 tables that mostly refer within themselves, a few hubs that everything refers
/// to, some tables that stand alone. The same every time.
pub(crate) fn synthetic(tables: usize, keys: usize) -> Diagram {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % bound.max(1)
    };
    let boxes: Vec<DiagramBox> = (0..tables)
        .map(|index| {
            let rows = 4 + below(17);
            let row =
                |row| Row { label: format!("column_{row:02}"), detail: "bigint".into(), ..Row::default() };
            DiagramBox {
                title: format!("table_{index:04}"),
                rows: (0..rows).map(row).collect(),
                ..DiagramBox::default()
            }
        })
        .collect();
    let module = 25;
    let hubs = (tables / 120).max(1);
    let mut links = Vec::with_capacity(keys);
    while links.len() < keys {
        let from = below(tables);
        // One table in fifteen refers to nothing.
        if from % 15 == 7 {
            continue;
        }
        let start = from / module * module;
        let to = match below(100) {
            0..=69 => {
                let reach = below(module) + 1;
                start + below(reach)
            }
            70..=87 => below(hubs) * 120,
            _ => below(tables),
        };
        if to < tables && to != from && to % 15 != 7 {
            links.push(link(from, to, boxes[from].rows.len(), below(100)));
        }
    }
    Diagram { boxes, links }
}

fn link(from: usize, to: usize, rows: usize, row: usize) -> Link {
    let (from_end, to_end) = (End::Many, End::One);
    Link { from, from_row: row % rows, to, to_row: 0, from_end, to_end, label: String::new() }
}

/// The centres that sfdp gives, with its own overlap removal (prism), in pixels.
fn sfdp(diagram: &Diagram) -> Result<Vec<Point>, String> {
    let mut text = String::from("graph g { overlap=prism; node [shape=box, fixedsize=true, label=\"\"];\n");
    for (index, size) in diagram.sizes().iter().enumerate() {
        text.push_str(&format!("n{index} [width={}, height={}];\n", size.width / 72.0, size.height / 72.0));
    }
    diagram.edges().iter().for_each(|(a, b)| text.push_str(&format!("n{a} -- n{b};\n")));
    text.push('}');
    let mut child = Command::new("sfdp")
        .args(["-Tplain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("sfdp (Debian package graphviz) is needed to compare with: {error}"))?;
    let input = child.stdin.take();
    input.ok_or("no standard input")?.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let mut centres = vec![Point::default(); diagram.boxes.len()];
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["node", name, x, y, ..] = words.as_slice()
            && let (Ok(index), Ok(x), Ok(y)) =
                (name[1..].parse::<usize>(), x.parse::<f64>(), y.parse::<f64>())
        {
            centres[index] = Point::new(x * 72.0, y * 72.0);
        }
    }
    Ok(centres)
}
