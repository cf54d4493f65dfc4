-- The library of a mid-sized town: branches, catalogue, members, loans, events, suppliers.
-- Written for Cadastre. Names of people and firms are made up.
PRAGMA foreign_keys = ON;

CREATE TABLE branch ( -- a house where books can be borrowed
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(code) BETWEEN 2 AND 6), -- short name on labels
  name TEXT NOT NULL,
  parent_branch_id INTEGER REFERENCES branch (id) ON DELETE SET NULL, -- a reading room belongs to a larger house
  street TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  city TEXT NOT NULL DEFAULT 'Aubépine',
  opened_on TEXT NOT NULL DEFAULT CURRENT_DATE CHECK (opened_on IS date(opened_on))
) STRICT;
CREATE TABLE branch_hours ( -- opening hours, one row a weekday
  branch_id INTEGER NOT NULL REFERENCES branch (id) ON DELETE CASCADE,
  weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- 1 is Monday
  opens TEXT NOT NULL,
  closes TEXT NOT NULL,
  PRIMARY KEY (branch_id, weekday),
  CONSTRAINT opens_before_it_closes CHECK (opens < closes)
) STRICT, WITHOUT ROWID;
CREATE TABLE room (
  id INTEGER PRIMARY KEY,
  branch_id INTEGER NOT NULL REFERENCES branch (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  seats INTEGER NOT NULL DEFAULT 0 CHECK (seats >= 0),
  UNIQUE (branch_id, name)
) STRICT;
CREATE TABLE shelf ( -- where copies stand
  branch_id INTEGER NOT NULL REFERENCES branch (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  room_id INTEGER REFERENCES room (id) ON DELETE SET NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (branch_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE department (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE employee (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
  department_id INTEGER NOT NULL REFERENCES department (id),
  branch_id INTEGER NOT NULL REFERENCES branch (id),
  manager_id INTEGER REFERENCES employee (id) ON DELETE SET NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  full_name TEXT GENERATED ALWAYS AS (given_name || ' ' || family_name) VIRTUAL,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (email LIKE '%_@_%'),
  hired_on TEXT NOT NULL,
  weekly_hours REAL NOT NULL DEFAULT 35.0 CHECK (weekly_hours > 0 AND weekly_hours <= 48)
) STRICT;
CREATE TABLE employee_shift (
  employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE CASCADE,
  branch_id INTEGER NOT NULL,
  weekday INTEGER NOT NULL,
  starts TEXT NOT NULL,
  ends TEXT NOT NULL,
  PRIMARY KEY (employee_id, weekday, starts),
  FOREIGN KEY (branch_id, weekday) REFERENCES branch_hours (branch_id, weekday)
) STRICT, WITHOUT ROWID;

CREATE TABLE language (
  code TEXT PRIMARY KEY CHECK (length(code) = 3), -- ISO 639-3
  name TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
CREATE TABLE publisher (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  country TEXT
) STRICT;
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  publisher_id INTEGER REFERENCES publisher (id)
) STRICT;
CREATE TABLE work ( -- what an author wrote, whatever its editions
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  original_language TEXT NOT NULL REFERENCES language (code),
  first_published INTEGER CHECK (first_published BETWEEN -3000 AND 2100),
  summary TEXT
) STRICT;
CREATE TABLE edition (
  id INTEGER PRIMARY KEY,
  work_id INTEGER NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  publisher_id INTEGER NOT NULL REFERENCES publisher (id),
  language_code TEXT NOT NULL REFERENCES language (code),
  series_id INTEGER REFERENCES series (id),
  series_number INTEGER,
  isbn TEXT UNIQUE CHECK (isbn IS NULL OR length(isbn) = 13),
  published INTEGER NOT NULL,
  pages INTEGER CHECK (pages > 0),
  CONSTRAINT number_only_in_a_series CHECK (series_number IS NULL OR series_id IS NOT NULL)
) STRICT;
CREATE TABLE person ( -- an author, translator or illustrator
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  born INTEGER,
  died INTEGER,
  CHECK (died IS NULL OR born IS NULL OR died >= born)
) STRICT;
CREATE TABLE work_person ( -- who took part in a work, and as what
  work_id INTEGER NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  person_id INTEGER NOT NULL REFERENCES person (id),
  role TEXT NOT NULL DEFAULT 'author' CHECK (role IN ('author', 'translator', 'illustrator', 'editor')),
  PRIMARY KEY (work_id, person_id, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE subject (
  id INTEGER PRIMARY KEY,
  broader_id INTEGER REFERENCES subject (id), -- the next wider subject
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE work_subject (
  work_id INTEGER NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  subject_id INTEGER NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
  PRIMARY KEY (work_id, subject_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE copy ( -- one book one can hold
  barcode TEXT PRIMARY KEY,
  edition_id INTEGER NOT NULL REFERENCES edition (id),
  branch_id INTEGER NOT NULL,
  shelf_number INTEGER NOT NULL,
  order_line_id INTEGER REFERENCES order_line (id) ON DELETE SET NULL,
  condition TEXT NOT NULL DEFAULT 'good' CHECK (condition IN ('new', 'good', 'worn', 'damaged', 'lost')),
  acquired_on TEXT NOT NULL,
  price_cents INTEGER CHECK (price_cents >= 0),
  FOREIGN KEY (branch_id, shelf_number) REFERENCES shelf (branch_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_category (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  yearly_fee_cents INTEGER NOT NULL DEFAULT 0,
  most_loans INTEGER NOT NULL DEFAULT 10
) STRICT;
CREATE TABLE member (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  card_number TEXT NOT NULL UNIQUE,
  category_id INTEGER NOT NULL REFERENCES member_category (id),
  home_branch_id INTEGER NOT NULL REFERENCES branch (id),
  guardian_id INTEGER REFERENCES member (id), -- a child's grown-up
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  email TEXT COLLATE NOCASE,
  born_on TEXT NOT NULL,
  joined_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1))
) STRICT;
CREATE TABLE member_address (
  member_id INTEGER NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('home', 'post')),
  street TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  city TEXT NOT NULL,
  PRIMARY KEY (member_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE loan (
  id INTEGER PRIMARY KEY,
  barcode TEXT NOT NULL REFERENCES copy (barcode),
  member_id INTEGER NOT NULL REFERENCES member (id),
  handed_out_by INTEGER REFERENCES employee (id) ON DELETE SET NULL,
  borrowed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  due_on TEXT NOT NULL,
  returned_at TEXT,
  renewals INTEGER NOT NULL DEFAULT 0 CHECK (renewals BETWEEN 0 AND 3),
  is_open INTEGER GENERATED ALWAYS AS (returned_at IS NULL) STORED
) STRICT;
CREATE TABLE reservation (
  id INTEGER PRIMARY KEY,
  edition_id INTEGER NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
  member_id INTEGER NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  pickup_branch_id INTEGER NOT NULL REFERENCES branch (id),
  placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_on TEXT,
  UNIQUE (edition_id, member_id)
) STRICT;
CREATE TABLE fine (
  id INTEGER PRIMARY KEY,
  loan_id INTEGER NOT NULL UNIQUE REFERENCES loan (id), -- at most one a loan
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  reason TEXT NOT NULL DEFAULT 'overdue' CHECK (reason IN ('overdue', 'damaged', 'lost'))
) STRICT;
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (id),
  fine_id INTEGER REFERENCES fine (id) DEFERRABLE INITIALLY DEFERRED,
  taken_by INTEGER REFERENCES employee (id) ON DELETE SET NULL,
  amount_cents INTEGER NOT NULL,
  paid_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE TABLE review (
  member_id INTEGER NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  work_id INTEGER NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  body TEXT,
  written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (member_id, work_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE supplier (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  contact_email TEXT
) STRICT;
CREATE TABLE budget (
  year INTEGER NOT NULL,
  branch_id INTEGER NOT NULL REFERENCES branch (id),
  amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
  PRIMARY KEY (year, branch_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE purchase_order (
  id INTEGER PRIMARY KEY,
  supplier_id INTEGER NOT NULL REFERENCES supplier (id),
  budget_year INTEGER NOT NULL,
  branch_id INTEGER NOT NULL,
  ordered_by INTEGER NOT NULL REFERENCES employee (id),
  ordered_on TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'delivered', 'cancelled')),
  FOREIGN KEY (budget_year, branch_id) REFERENCES budget (year, branch_id)
) STRICT;
CREATE TABLE order_line (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES purchase_order (id) ON DELETE CASCADE,
  edition_id INTEGER NOT NULL REFERENCES edition (id),
  quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
  unit_price_cents INTEGER NOT NULL CHECK (unit_price_cents >= 0),
  UNIQUE (order_id, edition_id)
) STRICT;

CREATE TABLE event_kind (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE event ( -- a reading, a course, a story hour
  id INTEGER PRIMARY KEY,
  kind_id INTEGER NOT NULL REFERENCES event_kind (id),
  room_id INTEGER NOT NULL REFERENCES room (id),
  host_id INTEGER REFERENCES employee (id) ON DELETE SET NULL,
  work_id INTEGER REFERENCES work (id) ON DELETE SET NULL,
  title TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  minutes INTEGER NOT NULL DEFAULT 60 CHECK (minutes BETWEEN 15 AND 480),
  places INTEGER CHECK (places > 0)
) STRICT;
CREATE TABLE event_registration (
  event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  member_id INTEGER NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  registered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  attended INTEGER CHECK (attended IN (0, 1)),
  PRIMARY KEY (event_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting ( -- a few values of the program that runs the library
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX branch_parent ON branch (parent_branch_id);
CREATE INDEX edition_work ON edition (work_id, published DESC);
CREATE INDEX edition_publisher ON edition (publisher_id);
CREATE INDEX copy_edition ON copy (edition_id);
CREATE INDEX copy_missing ON copy (branch_id, barcode) WHERE condition IN ('damaged', 'lost');
CREATE INDEX employee_name ON employee (family_name COLLATE NOCASE, given_name COLLATE NOCASE);
CREATE INDEX member_name ON member (lower(family_name), lower(given_name));
CREATE UNIQUE INDEX member_email ON member (email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX loan_open ON loan (barcode) WHERE returned_at IS NULL;
CREATE INDEX loan_member ON loan (member_id, borrowed_at DESC);
CREATE INDEX loan_due ON loan (due_on) WHERE returned_at IS NULL;
CREATE INDEX event_start ON event (starts_at);
CREATE INDEX work_title ON work (title COLLATE NOCASE);

CREATE VIEW open_loan AS
  SELECT l.id, l.barcode, w.title, m.card_number, l.due_on, l.due_on < date('now') AS overdue
  FROM loan l JOIN copy c ON c.barcode = l.barcode JOIN edition e ON e.id = c.edition_id
  JOIN work w ON w.id = e.work_id JOIN member m ON m.id = l.member_id
  WHERE l.returned_at IS NULL;
CREATE VIEW member_balance AS
  SELECT m.id AS member_id, m.card_number,
    coalesce((SELECT sum(f.amount_cents) FROM fine f JOIN loan l ON l.id = f.loan_id WHERE l.member_id = m.id), 0)
    - coalesce((SELECT sum(p.amount_cents) FROM payment p WHERE p.member_id = m.id), 0) AS owes_cents
  FROM member m;
CREATE VIEW popular_work (work_id, title, loans, stars) AS
  SELECT w.id, w.title, count(l.id), (SELECT round(avg(r.stars), 1) FROM review r WHERE r.work_id = w.id)
  FROM work w JOIN edition e ON e.work_id = w.id JOIN copy c ON c.edition_id = e.id LEFT JOIN loan l ON l.barcode = c.barcode
  GROUP BY w.id, w.title;
CREATE VIEW free_places AS
  SELECT e.id AS event_id, e.title, e.places - count(r.member_id) AS free
  FROM event e LEFT JOIN event_registration r ON r.event_id = e.id WHERE e.places IS NOT NULL GROUP BY e.id;

CREATE TRIGGER loan_of_blocked_member BEFORE INSERT ON loan
  WHEN (SELECT blocked FROM member WHERE id = new.member_id) = 1
  BEGIN SELECT raise(ABORT, 'this member may not borrow'); END;
CREATE TRIGGER reservation_done AFTER INSERT ON loan
  BEGIN
    DELETE FROM reservation WHERE member_id = new.member_id
      AND edition_id = (SELECT edition_id FROM copy WHERE barcode = new.barcode);
  END;

INSERT INTO branch (id, code, name, parent_branch_id, street, postal_code, opened_on) VALUES
  (1, 'MAIN', 'Central Library', NULL, '1 Place du Marché', '74100', '1931-05-02'),
  (2, 'NORD', 'North Branch', 1, '88 Rue des Tilleuls', '74110', '1974-09-14'),
  (3, 'LAC', 'Lakeside Reading Room', 2, '5 Quai des Cygnes', '74120', '2008-06-21'),
  (4, 'BUS', 'Book Bus', 1, '1 Place du Marché', '74100', '1998-03-01');
INSERT INTO branch_hours SELECT b.id, d.value, '09:00', CASE WHEN d.value = 6 THEN '13:00' ELSE '18:30' END
  FROM branch b, json_each('[1,2,3,4,5,6]') d;
INSERT INTO room (id, branch_id, name, seats) VALUES (1, 1, 'Great Hall', 120), (2, 1, 'Garden Room', 24), (3, 2, 'Attic', 40), (4, 3, 'Terrace', 18);
INSERT INTO shelf SELECT b.id, n.value, CASE WHEN b.id < 4 THEN (SELECT min(id) FROM room r WHERE r.branch_id = b.id) END,
  b.code || '-' || printf('%02d', n.value) FROM branch b, json_each('[1,2,3,4,5,6,7,8]') n;
INSERT INTO department (id, name) VALUES (1, 'Lending'), (2, 'Acquisitions'), (3, 'Children'), (4, 'Events');
INSERT INTO employee (id, department_id, branch_id, manager_id, given_name, family_name, email, hired_on, weekly_hours) VALUES
  (1, 1, 1, NULL, 'Ilse', 'Marchetti', 'ilse@library.example', '2009-01-05', 40),
  (2, 2, 1, 1, 'Tomás', 'Okafor', 'tomas@library.example', '2014-08-18', 35),
  (3, 3, 2, 1, 'Nadia', 'Lindqvist', 'nadia@library.example', '2017-02-01', 28),
  (4, 4, 1, 2, 'Paul', 'Ferrand', 'paul@library.example', '2020-10-12', 35),
  (5, 1, 3, 3, 'Aiko', 'Brandt', 'aiko@library.example', '2022-04-04', 20);
INSERT INTO employee_shift SELECT e.id, e.branch_id, d.value, '09:00', '13:00' FROM employee e, json_each('[1,3,5]') d;
INSERT INTO language VALUES ('eng', 'English'), ('fra', 'French'), ('deu', 'German'), ('jpn', 'Japanese'), ('spa', 'Spanish');
INSERT INTO publisher (id, name, country) VALUES (1, 'Harbour Press', 'GB'), (2, 'Éditions du Pont', 'FR'), (3, 'Kranich Verlag', 'DE');
INSERT INTO series (id, title, publisher_id) VALUES (1, 'Small Voyages', 1), (2, 'Le Jardin', 2);
INSERT INTO person (id, name, born, died) VALUES (1, 'Mara Venn', 1951, NULL), (2, 'Étienne Caldo', 1902, 1977), (3, 'Rika Sato', 1980, NULL), (4, 'J. R. Holm', 1869, 1940);
INSERT INTO subject (id, broader_id, name) VALUES (1, NULL, 'Fiction'), (2, 1, 'Sea stories'), (3, NULL, 'Science'), (4, 3, 'Botany'), (5, 1, 'Crime');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
  INSERT INTO work (id, title, original_language, first_published, summary)
  SELECT i, json_extract('["The Salt Road","A Garden at Night","Nine Bridges","The Quiet Engine","Letters from the Lake","Winter Orchard","The Mapmaker","Under the Limes"]', '$[' || (i % 8) || ']')
    || CASE WHEN i > 8 THEN ', volume ' || (i / 8 + 1) ELSE '' END,
    json_extract('["eng","fra","deu","jpn"]', '$[' || (i % 4) || ']'), 1900 + (i * 37) % 120, NULL FROM n;
INSERT INTO work_person (work_id, person_id) SELECT id, 1 + id % 4 FROM work;
INSERT INTO work_person (work_id, person_id, role) SELECT id, 1 + (id + 1) % 4, 'translator' FROM work WHERE id % 3 = 0;
INSERT INTO work_subject SELECT id, 1 + id % 5 FROM work;
INSERT INTO edition (id, work_id, publisher_id, language_code, series_id, series_number, isbn, published, pages)
  SELECT id, id, 1 + id % 3, original_language, CASE WHEN id % 4 = 0 THEN 1 + id % 2 END, CASE WHEN id % 4 = 0 THEN id / 4 END,
    printf('978%010d', id * 7919), first_published, 90 + (id * 53) % 500 FROM work;
INSERT INTO supplier (id, name, contact_email) VALUES (1, 'Bookhouse Wholesale', 'orders@bookhouse.example'), (2, 'Papier & Cie', NULL);
INSERT INTO budget SELECT y.value, b.id, 1200000 + b.id * 10000 FROM branch b, json_each('[2024,2025,2026]') y;
INSERT INTO purchase_order (id, supplier_id, budget_year, branch_id, ordered_by, ordered_on, state) VALUES
  (1, 1, 2024, 1, 2, '2024-03-11', 'delivered'), (2, 2, 2025, 2, 2, '2025-06-30', 'delivered'), (3, 1, 2026, 1, 2, '2026-09-02', 'open');
INSERT INTO order_line (id, order_id, edition_id, quantity, unit_price_cents) SELECT id, 1 + id % 3, id, 1 + id % 2, 1290 + id * 15 FROM edition WHERE id <= 30;
INSERT INTO copy (barcode, edition_id, branch_id, shelf_number, order_line_id, condition, acquired_on, price_cents)
  SELECT printf('C%05d', e.id * 10 + k.value), e.id, 1 + (e.id + k.value) % 4, 1 + e.id % 8, CASE WHEN e.id <= 30 THEN e.id END,
    CASE WHEN (e.id + k.value) % 11 = 0 THEN 'worn' WHEN (e.id + k.value) % 17 = 0 THEN 'lost' ELSE 'good' END, '2024-04-0' || (1 + e.id % 9), 1290 + e.id * 15
  FROM edition e, json_each('[1,2,3]') k;
INSERT INTO member_category (id, name, yearly_fee_cents, most_loans) VALUES (1, 'Adult', 1800, 20), (2, 'Child', 0, 10), (3, 'Institution', 6000, 100);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
  INSERT INTO member (id, card_number, category_id, home_branch_id, guardian_id, given_name, family_name, email, born_on, joined_on)
  SELECT i, printf('M-%04d', i), CASE WHEN i % 5 = 0 THEN 2 ELSE 1 END, 1 + i % 4, CASE WHEN i % 5 = 0 THEN i - 1 END,
    json_extract('["Ana","Luc","Mei","Omar","Vera","Jonas","Zoé"]', '$[' || (i % 7) || ']'),
    json_extract('["Adler","Bianchi","Costa","Durand","Eriksen"]', '$[' || (i % 5) || ']'),
    CASE WHEN i % 3 <> 0 THEN 'member' || i || '@mail.example' END, date('1950-01-01', '+' || (i * 400) || ' days'), date('2023-01-01', '+' || (i * 11) || ' days') FROM n;
INSERT INTO member_address SELECT id, 'home', (id * 3) || ' Rue des Lilas', '741' || printf('%02d', id % 100), 'Aubépine' FROM member;
INSERT INTO loan (id, barcode, member_id, handed_out_by, borrowed_at, due_on, returned_at)
  SELECT row_number() OVER (), barcode, 1 + (edition_id * 7) % 60, 1 + edition_id % 5, datetime('2026-01-05', '+' || edition_id || ' days'),
    date('2026-01-26', '+' || edition_id || ' days'), CASE WHEN edition_id % 3 <> 0 THEN datetime('2026-01-20', '+' || edition_id || ' days') END FROM copy;
INSERT INTO reservation (edition_id, member_id, pickup_branch_id) SELECT id, 1 + (id * 11) % 60, 1 + id % 4 FROM edition WHERE id % 6 = 0;
INSERT INTO fine (loan_id, amount_cents) SELECT id, 120 FROM loan WHERE id % 13 = 0;
INSERT INTO payment (member_id, fine_id, taken_by, amount_cents) SELECT l.member_id, f.id, 1, f.amount_cents FROM fine f JOIN loan l ON l.id = f.loan_id WHERE f.id % 2 = 0;
INSERT INTO review (member_id, work_id, stars, body) SELECT 1 + (id * 5) % 60, id, 1 + id % 5, 'Read it in one evening.' FROM work;
INSERT INTO event_kind (id, name) VALUES (1, 'Reading'), (2, 'Course'), (3, 'Story hour');
INSERT INTO event (id, kind_id, room_id, host_id, work_id, title, starts_at, minutes, places) VALUES
  (1, 1, 1, 4, 3, 'Mara Venn reads', '2026-12-03 19:00', 90, 100), (2, 3, 3, 3, NULL, 'Stories under the roof', '2026-12-05 10:00', 45, 25),
  (3, 2, 2, 4, NULL, 'Your first family tree', '2026-12-10 18:00', 120, 12);
INSERT INTO event_registration (event_id, member_id) SELECT 1 + id % 3, id FROM member WHERE id <= 24;
INSERT INTO setting VALUES ('loan_days', 21), ('most_renewals', 3), ('library_name', 'Town Library of Aubépine');
