BEGIN TRANSACTION;
CREATE TABLE browsers (   -- who came in by the link: hashes of their cookies
    hash TEXT PRIMARY KEY,
    made_at TEXT NOT NULL
);
INSERT INTO "browsers" VALUES('cde1a336e9d956dcb5aebfe5cc11035eeb0ce4ae05a433097f71eade9aec7f2d','2026-11-23T09:00:06+00:00');
INSERT INTO "browsers" VALUES('fe1f9d05b167c064a3e74f5c9feba4983c190c2c4f8d4a6b321619047a995e11','2026-11-23T09:00:07+00:00');
CREATE TABLE events (     -- what the core has to hear; stored with the message itself
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    accepted_at TEXT
);
INSERT INTO "events" VALUES(1,'message:1795424405','{"is":"MessagePosted","key":"message:1795424405","at":"2026-11-23T09:00:10+00:00","conversation":["web","local","practice","1795424402"],"user":["web","local","ana"],"message":{"conversation":["web","local","practice","1795424402"],"message":"1795424405"},"text":"my **answer**","files":[{"name":"answer.py","size":6,"type":"text/x-python","ref":"sysZMPurE6d3dxRZcRUskdxF"}],"mentions":true}','2026-11-23T09:00:12+00:00');
INSERT INTO "events" VALUES(2,'message:1795424407','{"is":"MessagePosted","key":"message:1795424407","at":"2026-11-23T09:00:13+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424407"},"text":"helo","files":[],"mentions":false}','2026-11-23T09:00:14+00:00');
INSERT INTO "events" VALUES(3,'edit:1795424407:8','{"is":"MessageEdited","key":"edit:1795424407:8","at":"2026-11-23T09:00:15+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424407"},"text":"hello é","files":[],"mentions":false}','2026-11-23T09:00:16+00:00');
INSERT INTO "events" VALUES(4,'message:1795424408','{"is":"MessagePosted","key":"message:1795424408","at":"2026-11-23T09:00:17+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424408"},"text":"taken back","files":[],"mentions":false}','2026-11-23T09:00:18+00:00');
INSERT INTO "events" VALUES(5,'delete:1795424408','{"is":"MessageDeleted","key":"delete:1795424408","at":"2026-11-23T09:00:19+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424408"}}','2026-11-23T09:00:20+00:00');
INSERT INTO "events" VALUES(6,'press:ana:140298663402768-4','{"is":"ActionPressed","key":"press:ana:140298663402768-4","at":"2026-11-23T09:00:21+00:00","conversation":["web","local","practice",""],"user":["web","local","ana"],"action":"details:1","message":{"conversation":["web","local","practice",""],"message":"1795424402"}}','2026-11-23T09:00:22+00:00');
INSERT INTO "events" VALUES(7,'command:ana:140298663402768-5','{"is":"CommandInvoked","key":"command:ana:140298663402768-5","at":"2026-11-23T09:00:24+00:00","conversation":["web","local","practice",""],"user":["web","local","ana"],"name":"plan","args":{}}','2026-11-23T09:00:25+00:00');
INSERT INTO "events" VALUES(8,'command:ana:140298663402768-6','{"is":"CommandInvoked","key":"command:ana:140298663402768-6","at":"2026-11-23T09:00:27+00:00","conversation":["web","local","practice",""],"user":["web","local","ana"],"name":"plan","args":{}}',NULL);
INSERT INTO "events" VALUES(9,'message:1795424410','{"is":"MessagePosted","key":"message:1795424410","at":"2026-11-23T09:00:28+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424410"},"text":"waiting","files":[],"mentions":false}',NULL);
INSERT INTO "events" VALUES(10,'edit:1795424407:14','{"is":"MessageEdited","key":"edit:1795424407:14","at":"2026-11-23T09:00:29+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424407"},"text":"hello, edited while away","files":[],"mentions":false}',NULL);
INSERT INTO "events" VALUES(11,'press:ana:140298663402768-7','{"is":"ActionPressed","key":"press:ana:140298663402768-7","at":"2026-11-23T09:00:30+00:00","conversation":["web","local","practice",""],"user":["web","local","ana"],"action":"details:1","message":{"conversation":["web","local","practice",""],"message":"1795424402"}}',NULL);
INSERT INTO "events" VALUES(12,'form:NTyGaZT8tQG10UTgShR-ag','{"is":"FormSubmitted","key":"form:NTyGaZT8tQG10UTgShR-ag","at":"2026-11-23T09:00:32+00:00","conversation":["web","local","practice",""],"user":["web","local","ana"],"form":"submit:1","fields":{"code":"x = 2\n","why":""},"files":[{"name":"form.py","size":2,"type":"text/x-python","ref":"uk6YjoDa22SanE0S_wnMsx6z"}]}',NULL);
INSERT INTO "events" VALUES(13,'message:1795424411','{"is":"MessagePosted","key":"message:1795424411","at":"2026-11-23T09:00:33+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424411"},"text":"deleted while away","files":[],"mentions":false}',NULL);
INSERT INTO "events" VALUES(14,'delete:1795424411','{"is":"MessageDeleted","key":"delete:1795424411","at":"2026-11-23T09:00:34+00:00","conversation":["web","local","practice",""],"user":["web","local","ben"],"message":{"conversation":["web","local","practice",""],"message":"1795424411"}}',NULL);
CREATE TABLE files (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    used INTEGER NOT NULL,              -- 0 until a message or form holds it
    made_at TEXT NOT NULL
);
INSERT INTO "files" VALUES('png-d9c9bcbbba3f78d5acb0e0223861c44f79e918c1','board.png','image/png',X'89504E470D0A1A0A0000000000000000',1,'2026-11-23T09:00:03+00:00');
INSERT INTO "files" VALUES('sysZMPurE6d3dxRZcRUskdxF','answer.py','text/x-python',X'78203D20310A',1,'2026-11-23T09:00:08+00:00');
INSERT INTO "files" VALUES('rjCO-Rs-Lzjt3zEeL1vw6gUb','left.py','text/x-python',X'6C6566740A',0,'2026-11-23T09:00:09+00:00');
INSERT INTO "files" VALUES('uk6YjoDa22SanE0S_wnMsx6z','form.py','text/x-python',X'790A',1,'2026-11-23T09:00:31+00:00');
CREATE TABLE forms (      -- opened dialogs; they outlive a lost connection
    token TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,
    content TEXT NOT NULL,
    opened_at TEXT NOT NULL
);
INSERT INTO "forms" VALUES('NTyGaZT8tQG10UTgShR-ag','ana','practice',0,'["submit:1","Submit",[["code","Code",true,true],["why","Why",false,false]],"Send",true]','2026-11-23T09:00:23+00:00');
CREATE TABLE marks (      -- how far somebody has read
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (person, channel, thread)
);
INSERT INTO "marks" VALUES('ana','practice',1795424402,1795424405);
INSERT INTO "marks" VALUES('ben','practice',0,1795424411);
INSERT INTO "marks" VALUES('ana','practice',0,1795424407);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    revision INTEGER NOT NULL UNIQUE,   -- grows with every change: pages ask for what is newer
    key TEXT NOT NULL UNIQUE,           -- a second post with the same key is the first one
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,            -- the message it answers; 0 outside threads
    author TEXT NOT NULL,
    private_to TEXT NOT NULL,           -- who alone may read it; empty for everyone in the channel
    about TEXT NOT NULL,                -- the command it answers, as typed
    content TEXT NOT NULL,
    posted_at TEXT NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0,
    dismissed INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "messages" VALUES(1795424402,2,'freehand:all','practice',0,'freehand','','','{"blocks":[{"is":"text","markdown":"Some **strong** words"},{"is":"code","source":"print(''a < b'')","language":"python"},{"is":"table","header":["Day","State"],"rows":[["Monday","solved"]]},{"is":"moment","label":"Open until","at":"2026-11-25T09:00:00+00:00"},{"is":"place","label":"Over there:","conversation":["web","local","mentors",""],"title":"mentors"},{"is":"picture","file":"png-d9c9bcbbba3f78d5acb0e0223861c44f79e918c1","name":"board.png","alt":"Ana leads"},{"is":"buttons","row":[["details:1","Details","primary"]]}]}','2026-11-23T09:00:03+00:00',0,0);
INSERT INTO "messages" VALUES(1795424403,3,'freehand:m','mentors',0,'freehand','','','{"blocks":[{"is":"text","markdown":"for mentors"}]}','2026-11-23T09:00:04+00:00',0,0);
INSERT INTO "messages" VALUES(1795424404,11,'freehand:d','practice',0,'freehand','ana','','{"blocks":[{"is":"text","markdown":"dismissed"}]}','2026-11-23T09:00:05+00:00',0,1);
INSERT INTO "messages" VALUES(1795424405,5,'ana:140298663402768-1','practice',1795424402,'ana','','','{"text":"@freehand my **answer**","files":[{"name":"answer.py","size":6,"type":"text/x-python","ref":"sysZMPurE6d3dxRZcRUskdxF"}]}','2026-11-23T09:00:10+00:00',0,0);
INSERT INTO "messages" VALUES(1795424406,6,'freehand:answer:1','practice',1795424402,'freehand','','','{"blocks":[{"is":"text","markdown":"Received."}]}','2026-11-23T09:00:11+00:00',0,0);
INSERT INTO "messages" VALUES(1795424407,14,'ben:140298662139728-1','practice',0,'ben','','','{"text":"hello, edited while away","files":[]}','2026-11-23T09:00:13+00:00',1,0);
INSERT INTO "messages" VALUES(1795424408,10,'ben:140298662139728-3','practice',0,'ben','','','{"text":"","files":[]}','2026-11-23T09:00:17+00:00',0,1);
INSERT INTO "messages" VALUES(1795424409,12,'freehand:reply:command:ana:140298663402768-5','practice',0,'freehand','ana','/plan','{"blocks":[{"is":"text","markdown":"Your week"}]}','2026-11-23T09:00:26+00:00',0,0);
INSERT INTO "messages" VALUES(1795424410,13,'ben:140298662139728-5','practice',0,'ben','','','{"text":"waiting","files":[]}','2026-11-23T09:00:28+00:00',0,0);
INSERT INTO "messages" VALUES(1795424411,16,'ben:140298662139728-7','practice',0,'ben','','','{"text":"","files":[]}','2026-11-23T09:00:33+00:00',0,1);
CREATE TABLE threads (
    id INTEGER PRIMARY KEY REFERENCES messages,
    title TEXT NOT NULL
);
INSERT INTO "threads" VALUES(1795424402,'A challenge');
CREATE INDEX messages_by_conversation ON messages (channel, thread, id);
CREATE INDEX events_waiting ON events (number) WHERE accepted_at IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('messages',1795424411);
INSERT INTO "sqlite_sequence" VALUES('events',14);
COMMIT;
