//! What a layout promises, on graphs of every shape.

use proptest::prelude::*;

use crate::*;

fn diagram(count: usize, links: &[(usize, usize)]) -> Diagram {
    let rows = |index: usize| {
        (0..index % 17).map(|row| Row { label: format!("column_{row}"), ..Row::default() }).collect()
    };
    let boxes = (0..count)
        .map(|index| DiagramBox {
            title: format!("table_{index}"),
            rows: rows(index),
            ..DiagramBox::default()
        })
        .collect();
    let link = |&(from, to): &(usize, usize)| Link {
        from,
        from_row: 0,
        to,
        to_row: 0,
        from_end: End::Many,
        to_end: End::One,
        label: String::new(),
    };
    Diagram { boxes, links: links.iter().map(link).collect() }
}

fn overlaps(diagram: &Diagram, corners: &[Point]) -> usize {
    let rects: Vec<Rect> =
        diagram.sizes().into_iter().zip(corners).map(|(size, &corner)| Rect::at(corner, size)).collect();
    let pairs = rects.iter().enumerate().flat_map(|(at, a)| rects[at + 1..].iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| a.overlaps(b, 8.0)).count()
}

fn check(diagram: &Diagram) -> Result<(), TestCaseError> {
    let corners = arrange(diagram);
    prop_assert_eq!(overlaps(diagram, &corners), 0);
    let all = bounds(&corners, &diagram.sizes());
    let ratio = all.width() / all.height();
    if diagram.boxes.len() > 24 {
        prop_assert!((0.5..=2.0).contains(&ratio), "aspect {ratio}: {all:?}");
    }
    Ok(())
}

#[test]
fn chains_stars_rings_and_grids_keep_a_readable_shape() {
    let chain: Vec<_> = (1..300).map(|n| (n - 1, n)).collect();
    let star: Vec<_> = (1..300).map(|n| (0, n)).collect();
    let ring: Vec<_> = (0..200).map(|n| (n, (n + 1) % 200)).collect();
    let grid: Vec<_> = (0..400).flat_map(|n| [(n, n + 1), (n, n + 20)]).filter(|(_, b)| *b < 400).collect();
    let two: Vec<_> = (0..200).map(|n| (n % 2, n)).collect();
    for (count, links) in [(300, chain), (300, star), (200, ring), (400, grid), (200, two), (500, Vec::new())]
    {
        check(&diagram(count, &links)).unwrap();
    }
}

#[test]
fn the_same_diagram_is_laid_out_the_same_way() {
    let links: Vec<_> = (1..120).map(|n| (n, n / 3)).collect();
    assert_eq!(arrange(&diagram(120, &links)), arrange(&diagram(120, &links)));
}

#[test]
fn what_stands_does_not_move_and_what_is_new_comes_near() {
    let links: Vec<_> = (1..100).map(|n| (n, n / 4)).collect();
    let before = arrange(&diagram(100, &links));
    let mut more = links.clone();
    more.extend((100..120).map(|n| (n, n - 90)));
    let after = diagram(120, &more);
    let known: Vec<Option<Point>> = (0..120).map(|n| before.get(n).copied()).collect();
    let placed = place_missing(&after, &known);
    assert_eq!(placed[..100], before[..]);
    assert_eq!(overlaps(&after, &placed), 0);
    let all = bounds(&before, &diagram(100, &links).sizes());
    for n in 100..120 {
        let distance = placed[n].distance(placed[n - 90]);
        assert!(
            distance < all.width().max(all.height()),
            "box {n} stands {distance} away from its neighbour"
        );
    }
}

#[test]
fn new_boxes_that_are_tied_to_nothing_stand_below() {
    let links: Vec<_> = (1..30).map(|n| (n, n / 4)).collect();
    let before = arrange(&diagram(30, &links));
    let mut more = links.clone();
    more.extend((31..400).map(|n| (n, 30 + (n - 30) / 3)));
    let after = diagram(400, &more);
    let known: Vec<Option<Point>> = (0..400).map(|n| before.get(n).copied()).collect();
    let placed = place_missing(&after, &known);
    assert_eq!((&placed[..30], overlaps(&after, &placed)), (&before[..], 0));
    let floor = bounds(&before, &diagram(30, &links).sizes()).bottom;
    assert!(placed[30..].iter().all(|corner| corner.y > floor));
}

#[test]
fn links_end_at_the_sides_of_their_rows() {
    let mut it = diagram(6, &[(3, 5), (4, 4), (5, 3)]);
    it.links[0].from_row = 2;
    let corners = arrange(&it);
    let sizes = it.sizes();
    for (link, route) in it.links.iter().zip(route_links(&it, &corners)) {
        let (first, last) = (route.points[0], route.points[route.points.len() - 1]);
        let rect = Rect::at(corners[link.from], sizes[link.from]);
        assert!(first.x == rect.left || first.x == rect.right);
        assert_eq!(first.y, rect.top + it.boxes[link.from].row_middle(link.from_row));
        let rect = Rect::at(corners[link.to], sizes[link.to]);
        assert!(last.x == rect.left || last.x == rect.right);
    }
}

#[test]
fn hostile_names_are_drawn_as_text() {
    let mut it = diagram(1, &[]);
    it.boxes[0].title = "<img src=x onerror=alert(1)>\u{202e}\u{0}&".into();
    it.boxes[0].rows = vec![Row { label: "\"'\n<script>".repeat(1000), ..Row::default() }];
    let svg = render_svg(&it, &arrange(&it), &Palette::LIGHT, "</title><script>");
    assert!(!svg.contains("<img") && !svg.contains("<script"), "{svg}");
    assert!(!svg.contains('\u{202e}') && !svg.contains('\u{0}'));
    assert!(svg.len() < 4000, "long names are cut");
}

#[test]
fn crossings_are_counted() {
    let points = [(0.0, 0.0), (2.0, 2.0), (0.0, 2.0), (2.0, 0.0), (5.0, 5.0)].map(|(x, y)| Point::new(x, y));
    assert_eq!(count_crossings(&points, &[(0, 1), (2, 3), (1, 4)]), 1);
    assert_eq!(count_crossings(&points, &[(0, 1), (1, 2)]), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_layout_has_an_overlap(count in 2_usize..180, seeds in prop::collection::vec((0_usize..10_000, 0_usize..10_000), 0..300)) {
        let links: Vec<_> = seeds.iter().map(|(a, b)| (a % count, b % count)).collect();
        check(&diagram(count, &links))?;
    }
}

#[test]
fn a_link_goes_around_a_box_in_its_way() {
    // 0 and 2 stand level with each other, 1 right between them.
    let mut three = diagram(3, &[(0, 2)]);
    three.boxes.iter_mut().for_each(|it| it.rows = vec![Row::default(); 4]);
    let corners = [Point::new(0.0, 0.0), Point::new(400.0, 0.0), Point::new(800.0, 0.0)];
    let size = three.sizes()[1];
    let between = Rect::at(corners[1], size);
    let route = &route_links(&three, &corners)[0];
    for pair in route.points.windows(2) {
        let line = Rect {
            left: pair[0].x.min(pair[1].x),
            right: pair[0].x.max(pair[1].x),
            top: pair[0].y.min(pair[1].y),
            bottom: pair[0].y.max(pair[1].y),
        };
        assert!(!line.overlaps(&between, 0.0), "{route:?} runs behind {between:?}");
    }
}

#[test]
fn a_thousand_new_boxes_at_one_hub_find_room() {
    let links: Vec<_> = (1..1000).map(|n| (n, 0)).collect();
    let star = diagram(1000, &links);
    let mut known = vec![None; 1000];
    known[0] = Some(Point::new(0.0, 0.0));
    let corners = place_missing(&star, &known);
    assert_eq!(corners[0], Point::new(0.0, 0.0));
    assert_eq!(overlaps(&star, &corners), 0);
}

#[test]
fn communities_are_what_is_linked_within_itself() {
    // Two rings of ten with one link between them, and a box by itself.
    let ring = |start: usize| {
        (0..10).flat_map(move |n| [(start + n, start + (n + 1) % 10), (start + n, start + (n + 3) % 10)])
    };
    let links: Vec<_> = ring(0).chain(ring(10)).chain([(0, 10)]).collect();
    let found = communities(&diagram(21, &links));
    assert!((1..10).all(|n| found[n] == found[0]) && (11..20).all(|n| found[n] == found[10]), "{found:?}");
    assert!(found[0] != found[10] && found[20] == 20, "{found:?}");
}
