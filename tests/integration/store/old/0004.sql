-- A database of schema 0004, as version 0.1.0 left it: two weeks of two cohorts.
--
-- Made once, by driving that version's services through its own tests' world (a fake chat, a fake
-- sandbox, a clock that is set) on SQLite and writing out its rows in the order of their keys. The
-- same run on PostgreSQL gave the same rows, apart from the order of sets and the platform's ids of
-- messages. 0004.json holds what that version computed from them: boards, outcomes, points, the
-- line of submissions after a restart, what was not sent yet, and the rows of each table.
INSERT INTO audit (number, at, actor, action, target, note) VALUES
(1, '2026-11-23 09:00:00.000000', 'fake:ben', 'dispute', 'submission s0003', 'It isn''t ''wrong''; 2 % of it is: see \ here'),
(2, '2026-11-23 09:00:00.000000', 'fake:mentor', 'challenge pin', 'cohort 1', 'date=2026-12-07 exercise=build-it'),
(3, '2026-11-23 09:00:00.000000', 'fake:mentor', 'cohort limits', 'cohort 1', 'limit=seconds value=9'),
(4, '2026-11-30 09:00:00.000000', 'fake:mentor', 'challenge list', 'cohort 1', '');
INSERT INTO cohorts (id, name, place, mentors_place, timezone, starts_on, hour, open_hours, late_hours, reminder_hours, pending_limit, details_public, holidays, caps, mentor_role) VALUES
(1, 'Practice', '["fake","here","practice",""]', '["fake","here","mentors",""]', 'UTC', '2026-11-23', 9, 48, 48, 6, 5, false, '["2026-12-04","2026-12-25"]', '{}', ''),
(2, 'Night owls — “späte” Runde', '["fake","here","owls",""]', '["fake","here","owl-mentors",""]', 'America/New_York', '2026-11-25', 21, 24, 12, 4, 3, true, '[]', '{"memory_mb":512.0,"seconds":7.5}', 'coach');
INSERT INTO exercise_versions (slug, version, fingerprint, content, recorded_at) VALUES
('build-it', 1, 'build-it', '{"concepts":["tensors"],"day":"module","device":"cpu","difficulty":0,"entry":["double"],"fingerprint":"build-it","forbidden":[],"hints":["the concept","the place","nearly all of it"],"limits":{"cpus":1.0,"disk_mb":64,"gpu_memory_mb":4096,"memory_mb":1024,"output_kb":256,"processes":64,"seconds":20.0},"milestones":["F1"],"minutes":20,"slug":"build-it","stage":4,"starter":"def double(x):\n    ...\n","task":"Write `double` for build-it.","title":"Build it","version":1,"week":1}', '2026-11-27 09:00:00.000000'),
('double-it', 1, 'double-it', '{"concepts":["tensors"],"day":"implement","device":"cpu","difficulty":0,"entry":["double"],"fingerprint":"double-it","forbidden":[],"hints":["the concept","the place","nearly all of it"],"limits":{"cpus":1.0,"disk_mb":64,"gpu_memory_mb":4096,"memory_mb":1024,"output_kb":256,"processes":64,"seconds":20.0},"milestones":["F1"],"minutes":20,"slug":"double-it","stage":4,"starter":"def double(x):\n    ...\n","task":"Write `double` for double-it.","title":"Double it","version":1,"week":1}', '2026-11-23 09:00:00.000000'),
('mend-it', 1, 'mend-it', '{"concepts":["tensors"],"day":"debug","device":"cpu","difficulty":0,"entry":["double"],"fingerprint":"mend-it","forbidden":[],"hints":["the concept","the place","nearly all of it"],"limits":{"cpus":1.0,"disk_mb":64,"gpu_memory_mb":4096,"memory_mb":1024,"output_kb":256,"processes":64,"seconds":20.0},"milestones":["F1"],"minutes":20,"slug":"mend-it","stage":4,"starter":"def double(x):\n    ...\n","task":"Write `double` for mend-it.","title":"Mend it","version":1,"week":1}', '2026-11-25 09:00:00.000000');
INSERT INTO inbox (number, key, at, payload, handled_at, error) VALUES
(1, 'e1', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(2, 'e2', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(3, 'e3', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(4, 'e4', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(5, 'e5', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(6, 'e6', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(7, 'e7', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(8, 'e8', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(9, 'e9', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(10, 'e10', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(11, 'e11', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(12, 'e12', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(13, 'e13', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(14, 'e14', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(15, 'e15', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(16, 'e16', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(17, 'e17', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(18, 'e18', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(19, 'e19', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(20, 'e20', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(21, 'e21', '2026-11-23 09:00:00.000000', NULL, '2026-11-23 09:00:00.000000', ''),
(22, 'e22', '2026-11-25 09:00:00.000000', '{"at":"2026-11-25T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m10"},"key":"e22","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m10"},"message":"of-ana-e22"},"text":"Here:\n```python\ndef double(x):\n    return x + 2\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-25 09:00:00.000000', ''),
(23, 'e23', '2026-11-26 02:00:00.000000', '{"at":"2026-11-26T02:00:00+00:00","attachments":[],"conversation":{"channel":"owls","platform":"fake","tenant":"here","thread":"t-m14"},"key":"e23","mentions_bot":false,"message":{"conversation":{"channel":"owls","platform":"fake","tenant":"here","thread":"t-m14"},"message":"of-eva-e23"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"eva"}}', '2026-11-26 02:00:00.000000', ''),
(24, 'e24', '2026-11-26 02:00:00.000000', '{"at":"2026-11-26T02:00:00+00:00","attachments":[],"conversation":{"channel":"owls","platform":"fake","tenant":"here","thread":"t-m14"},"key":"e24","mentions_bot":false,"message":{"conversation":{"channel":"owls","platform":"fake","tenant":"here","thread":"t-m14"},"message":"of-ana-e24"},"text":"Here:\n```python\ndef double(x):\n    return x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-26 02:00:00.000000', ''),
(25, 'e25', '2026-11-26 02:00:00.000000', '{"at":"2026-11-26T02:00:00+00:00","attachments":[],"conversation":{"channel":"owls","platform":"fake","tenant":"here","thread":"t-m14"},"fields":{"code":"def double(x):\n    return x + 2\n"},"form_id":"submit:3","key":"e25","type":"FormSubmitted","user":{"platform":"fake","tenant":"here","user":"eva"}}', '2026-11-26 02:00:00.000000', ''),
(26, 'e26', '2026-11-27 09:00:00.000000', '{"at":"2026-11-27T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m19"},"key":"e26","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m19"},"message":"of-ben-e26"},"text":"Here:\n```python\ndef double(x):\n    return x + 2\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-11-27 09:00:00.000000', ''),
(27, 'e27', '2026-11-29 11:00:00.000000', '{"at":"2026-11-29T11:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m19"},"key":"e27","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m19"},"message":"of-cleo-e27"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"cleo"}}', '2026-11-29 11:00:00.000000', ''),
(28, 'e28', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e28","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e28"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-30 09:00:00.000000', ''),
(29, 'e29', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e29","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e28"},"text":"Here:\n```python\ndef double(x):\n    return x + 2\n```","type":"MessageEdited","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-30 09:00:00.000000', ''),
(30, 'e30', '2026-11-30 09:00:00.000000', '{"args":{},"at":"2026-11-30T09:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":""},"key":"e30","name":"plan","type":"CommandInvoked","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-11-30 09:00:00.000000', ''),
(31, 'e31', '2026-11-30 09:00:00.000000', '{"args":{},"at":"2026-11-30T09:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":""},"key":"e31","name":"challenge list","type":"CommandInvoked","user":{"platform":"fake","tenant":"here","user":"mentor"}}', '2026-11-30 09:00:00.000000', ''),
(32, 'e32', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e32","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ben-e32"},"text":"Here:\n```python\ndef double(x):\n    return x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-11-30 09:00:00.000000', ''),
(33, 'e33', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e33","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-cleo-e33"},"text":"Here:\n```python\ndef double(x):\n    return x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"cleo"}}', '2026-11-30 09:00:00.000000', ''),
(34, 'e34', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e34","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e34"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n# again\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-30 09:00:00.000000', ''),
(35, 'e35', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e35","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ben-e35"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-11-30 09:00:00.000000', ''),
(36, 'e36', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"fields":{"code":"def double(x):\n    return 2 * x\n"},"form_id":"submit:5","key":"e36","type":"FormSubmitted","user":{"platform":"fake","tenant":"here","user":"cleo"}}', '2026-11-30 09:00:00.000000', ''),
(37, 'e37', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e37","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ben-e37"},"text":"Here:\n```python\ndef double(x):\n    return x + 2\n# withdrawn\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-11-30 09:00:00.000000', ''),
(38, 'e38', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e38","message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ben-e37"},"type":"MessageDeleted","user":{"platform":"fake","tenant":"here","user":""}}', '2026-11-30 09:00:00.000000', ''),
(39, 'e39', '2026-11-30 09:00:00.000000', '{"at":"2026-11-30T09:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e39","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e39"},"text":"Here:\n```python\ndef double(x):\n    return x\n# waits\n```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', '2026-11-30 09:00:00.000000', ''),
(40, 'e40', '2026-12-03 03:00:00.000000', '{"at":"2026-12-03T03:00:00+00:00","attachments":[{"media_type":"text/x-python","name":"a.py","ref":"r1","size_bytes":3}],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e40","mentions_bot":true,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e40"},"text":"Here:\n```python\nx = ''\u00e9\u2028''```","type":"MessagePosted","user":{"platform":"fake","tenant":"here","user":"ana"}}', NULL, ''),
(41, 'e41', '2026-12-03 03:00:00.000000', '{"at":"2026-12-03T03:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e41","mentions_bot":false,"message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e28"},"text":"Here:\n```python\ndef double(x):\n    return 2 * x\n```","type":"MessageEdited","user":{"platform":"fake","tenant":"here","user":"ana"}}', NULL, ''),
(42, 'e42', '2026-12-03 03:00:00.000000', '{"at":"2026-12-03T03:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e42","message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-ana-e28"},"type":"MessageDeleted","user":{"platform":"fake","tenant":"here","user":""}}', NULL, ''),
(43, 'e43', '2026-12-03 03:00:00.000000', '{"args":{"week":"1"},"at":"2026-12-03T03:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":""},"key":"e43","name":"plan","type":"CommandInvoked","user":{"platform":"fake","tenant":"here","user":"ben"}}', NULL, ''),
(44, 'e44', '2026-12-03 03:00:00.000000', '{"action":"details:s0001","at":"2026-12-03T03:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"key":"e44","message":{"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"message":"of-x"},"type":"ActionPressed","user":{"platform":"fake","tenant":"here","user":"eva"}}', NULL, ''),
(45, 'e45', '2026-12-03 03:00:00.000000', '{"at":"2026-12-03T03:00:00+00:00","attachments":[],"conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":"t-m26"},"fields":{"why":"because"},"form_id":"dispute:s0007","key":"e45","type":"FormSubmitted","user":{"platform":"fake","tenant":"here","user":"eva"}}', NULL, ''),
(46, 'failed', '2026-12-03 03:00:00.000000', '{"args":{},"at":"2026-12-03T03:00:00+00:00","conversation":{"channel":"practice","platform":"fake","tenant":"here","thread":""},"key":"failed","name":"plan","type":"CommandInvoked","user":{"platform":"fake","tenant":"here","user":"ben"}}', '2026-12-03 03:00:00.000000', 'KeyError');
INSERT INTO challenges (id, key, cohort, exercise, version, day, week, opens_at, closes_at, late_until, post, thread, reminded_at, closed_at) VALUES
(1, '1:post:2026-11-23', 1, 'double-it', 1, 'implement', 1, '2026-11-23 09:00:00.000000', '2026-11-25 09:00:00.000000', '2026-11-27 09:00:00.000000', '["fake","here","practice","","m1"]', '["fake","here","practice","t-m1"]', '2026-11-25 04:00:00.000000', '2026-11-25 09:00:00.000000'),
(2, '1:post:2026-11-25', 1, 'mend-it', 1, 'debug', 1, '2026-11-25 09:00:00.000000', '2026-11-27 09:00:00.000000', '2026-11-29 09:00:00.000000', '["fake","here","practice","","m10"]', '["fake","here","practice","t-m10"]', NULL, '2026-11-27 09:00:00.000000'),
(3, '2:post:2026-11-25', 2, 'mend-it', 1, 'debug', 1, '2026-11-26 02:00:00.000000', '2026-11-27 02:00:00.000000', '2026-11-27 14:00:00.000000', '["fake","here","owls","","m14"]', '["fake","here","owls","t-m14"]', NULL, '2026-11-27 09:00:00.000000'),
(4, '1:post:2026-11-27', 1, 'build-it', 1, 'module', 1, '2026-11-27 09:00:00.000000', '2026-11-29 09:00:00.000000', '2026-12-01 09:00:00.000000', '["fake","here","practice","","m19"]', '["fake","here","practice","t-m19"]', NULL, '2026-11-29 11:00:00.000000'),
(5, '1:post:2026-11-30', 1, 'double-it', 1, 'implement', 2, '2026-11-30 09:00:00.000000', '2026-12-02 09:00:00.000000', '2026-12-04 09:00:00.000000', '["fake","here","practice","","m26"]', '["fake","here","practice","t-m26"]', NULL, '2026-12-02 09:00:00.000000'),
(6, '1:post:2026-12-02', 1, 'mend-it', 1, 'debug', 2, '2026-12-02 09:00:00.000000', '2026-12-04 09:00:00.000000', '2026-12-06 09:00:00.000000', NULL, NULL, NULL, NULL),
(7, '2:post:2026-12-02', 2, 'mend-it', 1, 'debug', 2, '2026-12-03 03:00:00.000000', '2026-12-04 03:00:00.000000', '2026-12-04 15:00:00.000000', NULL, NULL, NULL, NULL);
INSERT INTO members (id, cohort, user_ref, name, alias, role, joined_at, board, reminders) VALUES
(1, 1, '["fake","here","ana"]', 'Ana', 'Curious Gate', 'learner', '2026-11-23 09:00:00.000000', 'alias', true),
(2, 1, '["fake","here","ben"]', 'Ben', 'Patient Kernel', 'learner', '2026-11-23 09:00:00.000000', 'named', true),
(3, 1, '["fake","here","cleo"]', 'Cleo', 'Lucid Beam', 'learner', '2026-11-23 09:00:00.000000', 'hidden', false),
(4, 1, '["fake","here","mentor"]', 'Mentor', 'Keen Softmax', 'mentor', '2026-11-23 09:00:00.000000', 'alias', true),
(5, 2, '["fake","here","ana"]', 'Ana', 'Wise Logit', 'learner', '2026-11-23 09:00:00.000000', 'alias', true),
(6, 2, '["fake","here","eva"]', 'Eva', 'Velvet Matrix', 'learner', '2026-11-23 09:00:00.000000', 'named', true),
(7, 2, '["fake","here","dan"]', 'Dan', 'Gentle Epoch', 'mentor', '2026-11-23 09:00:00.000000', 'alias', true);
INSERT INTO slots (cohort, key, due_at, taken_at) VALUES
(1, 'board:2026-11-30', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000'),
(1, 'post:2026-11-23', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000'),
(1, 'post:2026-11-25', '2026-11-25 09:00:00.000000', '2026-11-25 09:00:00.000000'),
(1, 'post:2026-11-27', '2026-11-27 09:00:00.000000', '2026-11-27 09:00:00.000000'),
(1, 'post:2026-11-30', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000'),
(1, 'post:2026-12-02', '2026-12-02 09:00:00.000000', '2026-12-02 09:00:00.000000'),
(2, 'post:2026-11-25', '2026-11-26 02:00:00.000000', '2026-11-26 02:00:00.000000'),
(2, 'post:2026-11-27', '2026-11-28 02:00:00.000000', '2026-11-29 11:00:00.000000'),
(2, 'post:2026-11-30', '2026-12-01 02:00:00.000000', '2026-12-02 09:00:00.000000'),
(2, 'post:2026-12-02', '2026-12-03 02:00:00.000000', '2026-12-03 03:00:00.000000');
INSERT INTO hints (member, challenge, level, at) VALUES
(2, 1, 1, '2026-11-23 09:00:00.000000'),
(2, 1, 2, '2026-11-23 09:00:00.000000');
INSERT INTO outbox (number, key, conversation, private_to, challenge, message, revision, sent_revision, ref, not_before, failures, dead, reason) VALUES
(1, 'challenge:1', '["fake","here","practice",""]', NULL, 1, '{"blocks":[{"markdown":"**Double it** \u2014 Monday \u00b7 implement one function","type":"Text"},{"markdown":"Week 1 \u00b7 Hyper-parameters \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-11-27T09:00:00+00:00","label":"**Closed.** Late answers are graded until","type":"Moment"}]}', 2, 2, '["fake","here","practice","","m1"]', NULL, 0, false, ''),
(2, 'task:1', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"Write `double` for double-it.","type":"Text"},{"language":"python","source":"def double(x):\n    ...\n","type":"Code"},{"markdown":"Send your code here in a fenced block (three backticks before and after it), or as a `.py` or `.ipynb` file. Edit your message to try again, as often as you like.","type":"Text"},{"row":[{"action":"submit:1","label":"Submit privately","style":"primary"},{"action":"hint:1","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 1, 1, '["fake","here","practice","t-m1","m2"]', NULL, 0, false, ''),
(3, 'answer:dacf4356fa7052a01f', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"\u2705 **Solved.** Ana \u00b7 2 of 2 checks hold \u00b7 try 1 \u00b7 +6 points","type":"Text"},{"markdown":"Every check holds. Could you explain each line to somebody else?","type":"Text"},{"row":[{"action":"details:s0001","label":"Details","style":"primary"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m1","m3"]', NULL, 0, false, ''),
(4, 'answer:410105cfe196d5b6c9', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udd34 **Not yet.** Ben \u00b7 0 of 2 checks hold \u00b7 try 1 \u00b7 +2 points","type":"Text"},{"markdown":"Start with this one: **Check 1 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0002","label":"Details","style":"primary"},{"action":"hint:1","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m1","m4"]', NULL, 0, false, ''),
(5, 'answer:4a7c48d27c24f6f587', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udfe1 **Partly there.** Ben \u00b7 1 of 2 checks hold \u00b7 try 2 \u00b7 +2 points","type":"Text"},{"markdown":"Start with this one: **Check 2 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0003","label":"Details","style":"primary"},{"action":"hint:1","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m1","m5"]', NULL, 0, false, ''),
(6, 'answer:15ced78a025ef17ef3', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"\u2705 **Solved.** Ben \u00b7 2 of 2 checks hold \u00b7 try 3 \u00b7 +2 points","type":"Text"},{"markdown":"Every check holds. Could you explain each line to somebody else?","type":"Text"},{"row":[{"action":"details:s0004","label":"Details","style":"primary"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m1","m6"]', NULL, 0, false, ''),
(7, 'answer:67e1380a329e7e253e', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"\u2705 **Solved.** Cleo \u00b7 2 of 2 checks hold \u00b7 try 1 \u00b7 +6 points","type":"Text"},{"markdown":"Every check holds. Could you explain each line to somebody else?","type":"Text"},{"row":[{"action":"details:s0005","label":"Details","style":"primary"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m1","m7"]', NULL, 0, false, ''),
(8, 'dispute:s0003', '["fake","here","mentors",""]', NULL, NULL, '{"blocks":[{"markdown":"**A check seems wrong** \u00b7 Ben \u00b7 `double-it` \u00b7 Practice \u00b7 submission `s0003`","type":"Text"},{"language":"text","source":"It isn''t ''wrong''; 2 % of it is: see \\ here","type":"Code"},{"markdown":"- Check 2 holds: saw 3, should be 4","type":"Text"},{"language":"python","source":"def double(x):\n    return x + 2\n","type":"Code"}]}', 1, 1, '["fake","here","mentors","","m8"]', NULL, 0, false, ''),
(9, 'reminder:1:4', '["fake","here","practice","t-m1"]', '["fake","here","mentor"]', NULL, '{"blocks":[{"markdown":"**Double it** is still open, and any honest try counts.","type":"Text"},{"at":"2026-11-25T09:00:00+00:00","label":"It closes","type":"Moment"},{"markdown":"`/reminders off` switches these off.","type":"Text"}]}', 1, 1, '["fake","here","practice","t-m1","m9"]', NULL, 0, false, ''),
(10, 'challenge:2', '["fake","here","practice",""]', NULL, 2, '{"blocks":[{"markdown":"**Mend it** \u2014 Wednesday \u00b7 debug","type":"Text"},{"markdown":"Week 1 \u00b7 Hyper-parameters \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-11-29T09:00:00+00:00","label":"**Closed.** Late answers are graded until","type":"Moment"}]}', 2, 2, '["fake","here","practice","","m10"]', NULL, 0, false, ''),
(11, 'closing:1', '["fake","here","practice","t-m1"]', NULL, NULL, '{"blocks":[{"markdown":"**Closed.** 3 people tried it, 3 solved it, 2 of them at the first try. Talking about solutions is welcome from now on.","type":"Text"},{"at":"2026-11-27T09:00:00+00:00","label":"Late answers are still graded until","type":"Moment"}]}', 1, 1, '["fake","here","practice","t-m1","m11"]', NULL, 0, false, ''),
(12, 'task:2', '["fake","here","practice","t-m10"]', NULL, NULL, '{"blocks":[{"markdown":"Write `double` for mend-it.","type":"Text"},{"language":"python","source":"def double(x):\n    ...\n","type":"Code"},{"markdown":"Send your code here in a fenced block (three backticks before and after it), or as a `.py` or `.ipynb` file. Edit your message to try again, as often as you like.","type":"Text"},{"row":[{"action":"submit:2","label":"Submit privately","style":"primary"},{"action":"hint:2","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 1, 1, '["fake","here","practice","t-m10","m12"]', NULL, 0, false, ''),
(13, 'answer:a5fc5d796b8cc3752d', '["fake","here","practice","t-m10"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udfe1 **Partly there.** Ana \u00b7 1 of 2 checks hold \u00b7 try 1 \u00b7 +4 points","type":"Text"},{"markdown":"Start with this one: **Check 2 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0006","label":"Details","style":"primary"},{"action":"hint:2","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m10","m13"]', NULL, 0, false, ''),
(14, 'challenge:3', '["fake","here","owls",""]', NULL, 3, '{"blocks":[{"markdown":"**Mend it** \u2014 Wednesday \u00b7 debug","type":"Text"},{"markdown":"Week 1 \u00b7 Hyper-parameters \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-11-27T14:00:00+00:00","label":"**Closed.** Late answers are graded until","type":"Moment"}]}', 2, 2, '["fake","here","owls","","m14"]', NULL, 0, false, ''),
(15, 'task:3', '["fake","here","owls","t-m14"]', NULL, NULL, '{"blocks":[{"markdown":"Write `double` for mend-it.","type":"Text"},{"language":"python","source":"def double(x):\n    ...\n","type":"Code"},{"markdown":"Send your code here in a fenced block (three backticks before and after it), or as a `.py` or `.ipynb` file. Edit your message to try again, as often as you like.","type":"Text"},{"row":[{"action":"submit:3","label":"Submit privately","style":"primary"},{"action":"hint:3","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 1, 1, '["fake","here","owls","t-m14","m15"]', NULL, 0, false, ''),
(16, 'answer:d6d74ed154f36429cc', '["fake","here","owls","t-m14"]', NULL, NULL, '{"blocks":[{"markdown":"\u2705 **Solved.** Eva \u00b7 2 of 2 checks hold \u00b7 try 1 \u00b7 +6 points","type":"Text"},{"markdown":"Every check holds. Could you explain each line to somebody else?","type":"Text"},{"markdown":"- \u2705 Check 1 holds\n- \u2705 Check 2 holds","type":"Text"},{"row":[{"action":"details:s0007","label":"Details","style":"primary"}],"type":"Buttons"}]}', 3, 3, '["fake","here","owls","t-m14","m16"]', NULL, 0, false, ''),
(17, 'answer:a0c7fb681f8ebf065b', '["fake","here","owls","t-m14"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udd34 **Not yet.** Ana \u00b7 0 of 2 checks hold \u00b7 try 1 \u00b7 +2 points","type":"Text"},{"markdown":"Start with this one: **Check 1 holds**. Hint 1 is about it.","type":"Text"},{"markdown":"\u274c **Check 1 holds**: saw 3, should be 4","type":"Text"},{"markdown":"\u274c **Check 2 holds**: saw 3, should be 4","type":"Text"},{"row":[{"action":"details:s0008","label":"Details","style":"primary"},{"action":"hint:3","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","owls","t-m14","m17"]', NULL, 0, false, ''),
(18, 'answer:920924d5cc7168f427', '["fake","here","owls","t-m14"]', '["fake","here","eva"]', NULL, '{"blocks":[{"markdown":"\ud83d\udfe1 **Partly there.** Eva \u00b7 1 of 2 checks hold \u00b7 try 2","type":"Text"},{"markdown":"Start with this one: **Check 2 holds**. Hint 1 is about it.","type":"Text"},{"markdown":"\u274c **Check 2 holds**: saw 3, should be 4","type":"Text"},{"markdown":"- \u2705 Check 1 holds","type":"Text"},{"row":[{"action":"details:s0009","label":"Details","style":"primary"},{"action":"hint:3","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","owls","t-m14","m18"]', NULL, 0, false, ''),
(19, 'challenge:4', '["fake","here","practice",""]', NULL, 4, '{"blocks":[{"markdown":"**Build it** \u2014 Friday \u00b7 write a complete module","type":"Text"},{"markdown":"Week 1 \u00b7 Hyper-parameters \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-12-01T09:00:00+00:00","label":"**Closed.** Late answers are graded until","type":"Moment"}]}', 2, 2, '["fake","here","practice","","m19"]', NULL, 0, false, ''),
(20, 'closing:3', '["fake","here","owls","t-m14"]', NULL, NULL, '{"blocks":[{"markdown":"**Closed.** 2 people tried it, 1 solved it, 0 of them at the first try. Talking about solutions is welcome from now on.","type":"Text"},{"at":"2026-11-27T14:00:00+00:00","label":"Late answers are still graded until","type":"Moment"}]}', 1, 1, '["fake","here","owls","t-m14","m20"]', NULL, 0, false, ''),
(21, 'closing:2', '["fake","here","practice","t-m10"]', NULL, NULL, '{"blocks":[{"markdown":"**Closed.** 1 person tried it, 0 solved it, 0 of them at the first try. Talking about solutions is welcome from now on.","type":"Text"},{"at":"2026-11-29T09:00:00+00:00","label":"Late answers are still graded until","type":"Moment"}]}', 1, 1, '["fake","here","practice","t-m10","m21"]', NULL, 0, false, ''),
(22, 'task:4', '["fake","here","practice","t-m19"]', NULL, NULL, '{"blocks":[{"markdown":"Write `double` for build-it.","type":"Text"},{"language":"python","source":"def double(x):\n    ...\n","type":"Code"},{"markdown":"Send your code here in a fenced block (three backticks before and after it), or as a `.py` or `.ipynb` file. Edit your message to try again, as often as you like.","type":"Text"},{"row":[{"action":"submit:4","label":"Submit privately","style":"primary"},{"action":"hint:4","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 1, 1, '["fake","here","practice","t-m19","m22"]', NULL, 0, false, ''),
(23, 'answer:c31fba1bd42dd25935', '["fake","here","practice","t-m19"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udfe1 **Partly there.** Ben \u00b7 1 of 2 checks hold \u00b7 try 1 \u00b7 +4 points","type":"Text"},{"markdown":"Start with this one: **Check 2 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0010","label":"Details","style":"primary"},{"action":"hint:4","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m19","m23"]', NULL, 0, false, ''),
(24, 'closing:4', '["fake","here","practice","t-m19"]', NULL, NULL, '{"blocks":[{"markdown":"**Closed.** 1 person tried it, 0 solved it, 0 of them at the first try. Talking about solutions is welcome from now on.","type":"Text"},{"at":"2026-12-01T09:00:00+00:00","label":"Late answers are still graded until","type":"Moment"}]}', 1, 1, '["fake","here","practice","t-m19","m24"]', NULL, 0, false, ''),
(25, 'answer:80353df054c12ce751', '["fake","here","practice","t-m19"]', NULL, NULL, '{"blocks":[{"markdown":"\u2705 **Solved.** Cleo \u00b7 2 of 2 checks hold \u00b7 try 1 \u00b7 +6 points \u00b7 late","type":"Text"},{"markdown":"Every check holds. Could you explain each line to somebody else?","type":"Text"},{"row":[{"action":"details:s0011","label":"Details","style":"primary"}],"type":"Buttons"}]}', 3, 3, '["fake","here","practice","t-m19","m25"]', NULL, 0, false, ''),
(26, 'challenge:5', '["fake","here","practice",""]', NULL, 5, '{"blocks":[{"markdown":"**Double it** \u2014 Monday \u00b7 implement one function","type":"Text"},{"markdown":"Week 2 \u00b7 Loss functions \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-12-04T09:00:00+00:00","label":"**Closed.** Late answers are graded until","type":"Moment"}]}', 2, 1, '["fake","here","practice","","m26"]', NULL, 0, false, ''),
(27, 'board:1:1', '["fake","here","practice",""]', NULL, NULL, '{"blocks":[{"markdown":"**Week 1 \u00b7 Hyper-parameters**\nTogether we solved **4 of 9** challenges.","type":"Text"},{"header":["","Who","Points"],"rows":[["1","Ben","10 of 18"],["1","Curious Gate","10 of 18"]],"type":"Table"},{"alt":"Points of week 1","name":"leaderboard.png","png":"iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn","type":"Image"}]}', 1, 1, '["fake","here","practice","","m27"]', NULL, 0, false, ''),
(28, 'task:5', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"Write `double` for double-it.","type":"Text"},{"language":"python","source":"def double(x):\n    ...\n","type":"Code"},{"markdown":"Send your code here in a fenced block (three backticks before and after it), or as a `.py` or `.ipynb` file. Edit your message to try again, as often as you like.","type":"Text"},{"row":[{"action":"submit:5","label":"Submit privately","style":"primary"},{"action":"hint:5","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 1, 1, '["fake","here","practice","t-m26","m28"]', NULL, 0, false, ''),
(29, 'answer:05ff33eb14abad513d', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udfe1 **Partly there.** Ana \u00b7 1 of 2 checks hold \u00b7 try 2","type":"Text"},{"markdown":"Start with this one: **Check 2 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0013","label":"Details","style":"primary"},{"action":"hint:5","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 6, 6, '["fake","here","practice","t-m26","m29"]', NULL, 0, false, ''),
(30, 'answer:37310a29c75507a9d5', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udd34 **Not yet.** Ben \u00b7 0 of 2 checks hold \u00b7 try 1 \u00b7 +2 points","type":"Text"},{"markdown":"Start with this one: **Check 1 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0014","label":"Details","style":"primary"},{"action":"hint:5","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 0, NULL, NULL, 1, true, 'GoneError'),
(31, 'answer:01fe08811cc59bb266', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"\ud83d\udd34 **Not yet.** Cleo \u00b7 0 of 2 checks hold \u00b7 try 1 \u00b7 +2 points","type":"Text"},{"markdown":"Start with this one: **Check 1 holds**. Hint 1 is about it.","type":"Text"},{"row":[{"action":"details:s0015","label":"Details","style":"primary"},{"action":"hint:5","label":"Hint","style":"plain"}],"type":"Buttons"}]}', 3, 0, NULL, '2026-11-30 09:05:00.000000', 1, false, 'ForbiddenError'),
(32, 'answer:62b63b2b75b571804d', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"Running your code in the sandbox \u2026","type":"Text"}]}', 2, 0, NULL, NULL, 0, false, ''),
(33, 'answer:684b2651e850740149', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"Received. You are next.","type":"Text"}]}', 1, 0, NULL, NULL, 0, false, ''),
(34, 'answer:ee4148011239bcb5fc', '["fake","here","practice","t-m26"]', '["fake","here","cleo"]', NULL, '{"blocks":[{"markdown":"Received. Place 2 in line, 1 before you.","type":"Text"}]}', 1, 0, NULL, NULL, 0, false, ''),
(35, 'answer:4926aa801464f559b7', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"Withdrawn: the message was deleted before its turn. It is not graded.","type":"Text"}]}', 2, 0, NULL, NULL, 0, false, ''),
(36, 'answer:67d95ca0331b69d11a', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"Received. Place 3 in line, 2 before you.","type":"Text"}]}', 1, 0, NULL, NULL, 0, false, ''),
(37, 'challenge:6', '["fake","here","practice",""]', NULL, 6, '{"blocks":[{"markdown":"**Mend it** \u2014 Wednesday \u00b7 debug","type":"Text"},{"markdown":"Week 2 \u00b7 Loss functions \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-12-04T09:00:00+00:00","label":"Open until","type":"Moment"}]}', 1, 0, NULL, NULL, 0, false, ''),
(38, 'closing:5', '["fake","here","practice","t-m26"]', NULL, NULL, '{"blocks":[{"markdown":"**Closed.** 3 people tried it, 1 solved it, 0 of them at the first try. Talking about solutions is welcome from now on.","type":"Text"},{"at":"2026-12-04T09:00:00+00:00","label":"Late answers are still graded until","type":"Moment"}]}', 1, 0, NULL, NULL, 0, false, ''),
(39, 'challenge:7', '["fake","here","owls",""]', NULL, 7, '{"blocks":[{"markdown":"**Mend it** \u2014 Wednesday \u00b7 debug","type":"Text"},{"markdown":"Week 2 \u00b7 Loss functions \u00b7 about 20 minutes. An agent-free zone: by hand, without an assistant, until it closes. The task is in the thread; answer there with your code.","type":"Text"},{"at":"2026-12-04T03:00:00+00:00","label":"Open until","type":"Moment"}]}', 1, 0, NULL, NULL, 0, false, ''),
(40, 'welcome', '["fake","here","practice",""]', NULL, NULL, '{"blocks":[{"markdown":"Welcome.","type":"Text"}]}', 1, 0, NULL, NULL, 0, false, '');
INSERT INTO pins (cohort, on_date, exercise, member) VALUES
(1, '2026-12-07', 'build-it', 4);
INSERT INTO plan_items (member, week, day, exercise, reason) VALUES
(1, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(1, 1, 'implement', 'double-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(1, 1, 'module', 'build-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(1, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(1, 2, 'implement', 'double-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(1, 2, 'module', '', 'announced on Friday'),
(2, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(2, 1, 'implement', 'double-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(2, 1, 'module', 'build-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(2, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(2, 2, 'implement', 'double-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(2, 2, 'module', '', 'announced on Friday'),
(3, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(3, 1, 'implement', 'double-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(3, 1, 'module', 'build-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(3, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(3, 2, 'implement', 'double-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(3, 2, 'module', '', 'announced on Friday'),
(4, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(4, 1, 'implement', 'double-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(4, 1, 'module', 'build-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(4, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(4, 2, 'implement', 'double-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(4, 2, 'module', '', 'announced on Friday'),
(5, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(5, 1, 'implement', '', 'announced on Monday'),
(5, 1, 'module', '', 'announced on Friday'),
(5, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(5, 2, 'implement', '', 'announced on Monday'),
(5, 2, 'module', '', 'announced on Friday'),
(6, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(6, 1, 'implement', '', 'announced on Monday'),
(6, 1, 'module', '', 'announced on Friday'),
(6, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(6, 2, 'implement', '', 'announced on Monday'),
(6, 2, 'module', 'build-it', 'it''s your week'),
(7, 1, 'debug', 'mend-it', 'It belongs to this week''s theme, Hyper-parameters, and is new to your cohort.'),
(7, 1, 'implement', '', 'announced on Monday'),
(7, 1, 'module', '', 'announced on Friday'),
(7, 2, 'debug', 'mend-it', 'No exercise of this kind has the theme Loss functions yet; this one is the one you have not met for longest.'),
(7, 2, 'implement', '', 'announced on Monday'),
(7, 2, 'module', '', 'announced on Friday');
INSERT INTO submissions (number, id, event, answer, challenge, member, source, received_at, conversation, late, private, seed_key, state, run, not_before, started_at, lease_until) VALUES
(1, 's0001', 'e12', 'answer:dacf4356fa7052a01f', 1, 1, 'def double(x):
    return 2 * x
', '2026-11-23 09:00:00.000000', '["fake","here","practice","t-m1"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-23 09:00:00.000000', NULL),
(2, 's0002', 'e13', 'answer:410105cfe196d5b6c9', 1, 2, 'def double(x):
    return x
', '2026-11-23 09:00:00.000000', '["fake","here","practice","t-m1"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-23 09:00:00.000000', NULL),
(3, 's0003', 'e15', 'answer:4a7c48d27c24f6f587', 1, 2, 'def double(x):
    return x + 2
', '2026-11-23 09:00:00.000000', '["fake","here","practice","t-m1"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-23 09:00:00.000000', NULL),
(4, 's0004', 'e17', 'answer:15ced78a025ef17ef3', 1, 2, 'def double(x):
    return 2 * x
', '2026-11-23 09:00:00.000000', '["fake","here","practice","t-m1"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-23 09:00:00.000000', NULL),
(5, 's0005', 'e18', 'answer:67e1380a329e7e253e', 1, 3, 'def double(x):
    return 2 * x
', '2026-11-23 09:00:00.000000', '["fake","here","practice","t-m1"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-23 09:00:00.000000', NULL),
(6, 's0006', 'e22', 'answer:a5fc5d796b8cc3752d', 2, 1, 'def double(x):
    return x + 2
', '2026-11-25 09:00:00.000000', '["fake","here","practice","t-m10"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-25 09:00:00.000000', NULL),
(7, 's0007', 'e23', 'answer:d6d74ed154f36429cc', 3, 6, 'def double(x):
    return 2 * x
', '2026-11-26 02:00:00.000000', '["fake","here","owls","t-m14"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-26 02:00:00.000000', NULL),
(8, 's0008', 'e24', 'answer:a0c7fb681f8ebf065b', 3, 5, 'def double(x):
    return x
', '2026-11-26 02:00:00.000000', '["fake","here","owls","t-m14"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-26 02:00:00.000000', NULL),
(9, 's0009', 'e25', 'answer:920924d5cc7168f427', 3, 6, 'def double(x):
    return x + 2
', '2026-11-26 02:00:00.000000', '["fake","here","owls","t-m14"]', false, true, 'k1', 'graded', 1, NULL, '2026-11-26 02:00:00.000000', NULL),
(10, 's0010', 'e26', 'answer:c31fba1bd42dd25935', 4, 2, 'def double(x):
    return x + 2
', '2026-11-27 09:00:00.000000', '["fake","here","practice","t-m19"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-27 09:00:00.000000', NULL),
(11, 's0011', 'e27', 'answer:80353df054c12ce751', 4, 3, 'def double(x):
    return 2 * x
', '2026-11-29 11:00:00.000000', '["fake","here","practice","t-m19"]', true, false, 'k1', 'graded', 1, NULL, '2026-11-29 11:00:00.000000', NULL),
(12, 's0012', 'e28', 'answer:05ff33eb14abad513d', 5, 1, 'def double(x):
    return 2 * x
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-30 09:00:00.000000', NULL),
(13, 's0013', 'e29', 'answer:05ff33eb14abad513d', 5, 1, 'def double(x):
    return x + 2
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-30 09:00:00.000000', NULL),
(14, 's0014', 'e32', 'answer:37310a29c75507a9d5', 5, 2, 'def double(x):
    return x
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-30 09:00:00.000000', NULL),
(15, 's0015', 'e33', 'answer:01fe08811cc59bb266', 5, 3, 'def double(x):
    return x
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'graded', 1, NULL, '2026-11-30 09:00:00.000000', NULL),
(16, 's0016', 'e34', 'answer:62b63b2b75b571804d', 5, 1, 'def double(x):
    return 2 * x
# again
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'queued', 2, '2026-11-30 09:06:00.000000', '2026-11-30 09:01:00.000000', NULL),
(17, 's0017', 'e35', 'answer:684b2651e850740149', 5, 2, 'def double(x):
    return 2 * x
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'queued', 0, NULL, NULL, NULL),
(18, 's0018', 'e36', 'answer:ee4148011239bcb5fc', 5, 3, 'def double(x):
    return 2 * x
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, true, 'k1', 'queued', 0, NULL, NULL, NULL),
(19, 's0019', 'e37', 'answer:4926aa801464f559b7', 5, 2, 'def double(x):
    return x + 2
# withdrawn
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'withdrawn', 0, NULL, NULL, NULL),
(20, 's0020', 'e39', 'answer:67d95ca0331b69d11a', 5, 1, 'def double(x):
    return x
# waits
', '2026-11-30 09:00:00.000000', '["fake","here","practice","t-m26"]', false, false, 'k1', 'queued', 0, NULL, NULL, NULL);
INSERT INTO points_events (number, member, cohort, challenge, week, reason, points, submission, at) VALUES
(1, 1, 1, 1, 1, 'try', 2.0, 's0001', '2026-11-23 09:00:00.000000'),
(2, 1, 1, 1, 1, 'checks', 4.0, 's0001', '2026-11-23 09:00:00.000000'),
(3, 2, 1, 1, 1, 'try', 2.0, 's0002', '2026-11-23 09:00:00.000000'),
(4, 2, 1, 1, 1, 'checks', 2.0, 's0003', '2026-11-23 09:00:00.000000'),
(5, 2, 1, 1, 1, 'checks', 2.0, 's0004', '2026-11-23 09:00:00.000000'),
(6, 3, 1, 1, 1, 'try', 2.0, 's0005', '2026-11-23 09:00:00.000000'),
(7, 3, 1, 1, 1, 'checks', 4.0, 's0005', '2026-11-23 09:00:00.000000'),
(8, 1, 1, 2, 1, 'try', 2.0, 's0006', '2026-11-25 09:00:00.000000'),
(9, 1, 1, 2, 1, 'checks', 2.0, 's0006', '2026-11-25 09:00:00.000000'),
(10, 6, 2, 3, 1, 'try', 2.0, 's0007', '2026-11-26 02:00:00.000000'),
(11, 6, 2, 3, 1, 'checks', 4.0, 's0007', '2026-11-26 02:00:00.000000'),
(12, 5, 2, 3, 1, 'try', 2.0, 's0008', '2026-11-26 02:00:00.000000'),
(13, 2, 1, 4, 1, 'try', 2.0, 's0010', '2026-11-27 09:00:00.000000'),
(14, 2, 1, 4, 1, 'checks', 2.0, 's0010', '2026-11-27 09:00:00.000000'),
(15, 3, 1, 4, 1, 'try', 2.0, 's0011', '2026-11-29 11:00:00.000000'),
(16, 3, 1, 4, 1, 'checks', 4.0, 's0011', '2026-11-29 11:00:00.000000'),
(17, 1, 1, 5, 2, 'try', 2.0, 's0012', '2026-11-30 09:00:00.000000'),
(18, 1, 1, 5, 2, 'checks', 4.0, 's0012', '2026-11-30 09:00:00.000000'),
(19, 2, 1, 5, 2, 'try', 2.0, 's0014', '2026-11-30 09:00:00.000000'),
(20, 3, 1, 5, 2, 'try', 2.0, 's0015', '2026-11-30 09:00:00.000000');
INSERT INTO runs (submission, number, owner, started_at, ended_at, outcome) VALUES
('s0001', 1, 'test', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000', 'graded'),
('s0002', 1, 'test', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000', 'graded'),
('s0003', 1, 'test', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000', 'graded'),
('s0004', 1, 'test', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000', 'graded'),
('s0005', 1, 'test', '2026-11-23 09:00:00.000000', '2026-11-23 09:00:00.000000', 'graded'),
('s0006', 1, 'test', '2026-11-25 09:00:00.000000', '2026-11-25 09:00:00.000000', 'graded'),
('s0007', 1, 'test', '2026-11-26 02:00:00.000000', '2026-11-26 02:00:00.000000', 'graded'),
('s0008', 1, 'test', '2026-11-26 02:00:00.000000', '2026-11-26 02:00:00.000000', 'graded'),
('s0009', 1, 'test', '2026-11-26 02:00:00.000000', '2026-11-26 02:00:00.000000', 'graded'),
('s0010', 1, 'test', '2026-11-27 09:00:00.000000', '2026-11-27 09:00:00.000000', 'graded'),
('s0011', 1, 'test', '2026-11-29 11:00:00.000000', '2026-11-29 11:00:00.000000', 'graded'),
('s0012', 1, 'test', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000', 'graded'),
('s0013', 1, 'test', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000', 'graded'),
('s0014', 1, 'test', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000', 'graded'),
('s0015', 1, 'test', '2026-11-30 09:00:00.000000', '2026-11-30 09:00:00.000000', 'graded'),
('s0016', 1, 'test', '2026-11-30 09:00:00.000000', NULL, 'lost'),
('s0016', 2, 'test', '2026-11-30 09:01:00.000000', NULL, 'released');
INSERT INTO grades (submission, run, graded_at, verdict, core_share, try_number, detail, traceback, output, start_s, run_s, peak_memory_bytes) VALUES
('s0001', 1, '2026-11-23 09:00:00.000000', 'solved', 1.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0002', 1, '2026-11-23 09:00:00.000000', 'wrong', 0.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0003', 1, '2026-11-23 09:00:00.000000', 'partly', 0.5, 2, '', '[]', '', 0.0, 0.1, NULL),
('s0004', 1, '2026-11-23 09:00:00.000000', 'solved', 1.0, 3, '', '[]', '', 0.0, 0.1, NULL),
('s0005', 1, '2026-11-23 09:00:00.000000', 'solved', 1.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0006', 1, '2026-11-25 09:00:00.000000', 'partly', 0.5, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0007', 1, '2026-11-26 02:00:00.000000', 'solved', 1.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0008', 1, '2026-11-26 02:00:00.000000', 'wrong', 0.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0009', 1, '2026-11-26 02:00:00.000000', 'partly', 0.5, 2, '', '[]', '', 0.0, 0.1, NULL),
('s0010', 1, '2026-11-27 09:00:00.000000', 'partly', 0.5, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0011', 1, '2026-11-29 11:00:00.000000', 'solved', 1.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0012', 1, '2026-11-30 09:00:00.000000', 'solved', 1.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0013', 1, '2026-11-30 09:00:00.000000', 'partly', 0.5, 2, '', '[]', '', 0.0, 0.1, NULL),
('s0014', 1, '2026-11-30 09:00:00.000000', 'wrong', 0.0, 1, '', '[]', '', 0.0, 0.1, NULL),
('s0015', 1, '2026-11-30 09:00:00.000000', 'wrong', 0.0, 1, '', '[]', '', 0.0, 0.1, NULL);
INSERT INTO check_results (submission, position, name, title, core, points, status, message, traceback, example, hint) VALUES
('s0001', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0001', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0002', 1, 'check-1', 'Check 1 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0002', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0003', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0003', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0004', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0004', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0005', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0005', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0006', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0006', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0007', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0007', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0008', 1, 'check-1', 'Check 1 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0008', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0009', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0009', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0010', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0010', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0011', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0011', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0012', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0012', 2, 'check-2', 'Check 2 holds', true, 1, 'passed', '', '[]', '', 1),
('s0013', 1, 'check-1', 'Check 1 holds', true, 1, 'passed', '', '[]', '', 1),
('s0013', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0014', 1, 'check-1', 'Check 1 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0014', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0015', 1, 'check-1', 'Check 1 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1),
('s0015', 2, 'check-2', 'Check 2 holds', true, 1, 'failed', 'saw 3, should be 4', '[]', '', 1);
