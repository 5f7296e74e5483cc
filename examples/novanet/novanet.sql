CREATE TABLE lines (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, address TEXT NOT NULL, postcode TEXT NOT NULL, plan TEXT NOT NULL, speed_mbps INTEGER NOT NULL);
CREATE TABLE outages (postcode TEXT PRIMARY KEY, since TEXT NOT NULL, expected_end TEXT, cause TEXT NOT NULL);
CREATE TABLE slots (id TEXT PRIMARY KEY, day TEXT NOT NULL, hours TEXT NOT NULL);
CREATE TABLE visits (id INTEGER PRIMARY KEY, line_id TEXT NOT NULL REFERENCES lines (id), slot_id TEXT NOT NULL UNIQUE REFERENCES slots (id), reason TEXT NOT NULL);
INSERT INTO lines VALUES
  ('L-1001', 'c-amelie', '4 rue des Lilas, Lyon', '69003', 'Fibre 300', 300),
  ('L-1002', 'c-ben', '18 Invalidenstr., Berlin', '10115', 'Fibre 1000', 1000),
  ('L-1003', 'c-chloe', '7 quai Voltaire, Paris', '75007', 'DSL 50', 50),
  ('L-1004', 'c-ben', '2 Torstr., Berlin', '10119', 'DSL 50', 50);
INSERT INTO outages VALUES
  ('10115', '2026-11-29T06:10', '2026-11-29T22:00', 'a cable cut by construction works'),
  ('75007', '2026-11-28T14:00', NULL, 'a power failure in the exchange');
INSERT INTO slots VALUES
  ('S1', '2026-12-01', '09:00-12:00'), ('S2', '2026-12-01', '14:00-17:00'), ('S3', '2026-12-02', '09:00-12:00'), ('S4', '2026-12-03', '14:00-17:00');
