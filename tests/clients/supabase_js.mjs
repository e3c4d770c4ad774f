// supabase-js against the embedded stack, unchanged: every check is a test of node:test.
// The stack and its people come as JSON in CHATTUI_STACK; see test_supabase_js.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws"; // Node has one of its own from 22 on

const { url, anon_key, email, password, user_id, org_id, log, other } = JSON.parse(process.env.CHATTUI_STACK);
const clients = [];

function client() {
  const auth = { persistSession: false, autoRefreshToken: false };
  const made = createClient(url, anon_key, { auth, realtime: { transport: WebSocket } });
  clients.push(made);
  return made;
}

async function signedIn(credentials = { email, password }) {
  const made = client();
  await done(made.auth.signInWithPassword(credentials));
  return made;
}

async function done(promise) {
  const { data, error, count } = await promise;
  if (error) throw error;
  return count === null || count === undefined ? data : { data, count };
}

async function refused(promise) {
  const { error } = await promise;
  assert.ok(error, "an error was expected");
  return error;
}

let db;
before(async () => {
  db = await signedIn();
});
beforeEach(async () => {
  await done(db.from("scratch").delete().gte("id", 0));
  const rows = [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, label: `row ${id}`, parent: id > 1 ? 1 : null }));
  await done(db.from("scratch").insert(rows));
});
after(() => {
  for (const made of clients) made.realtime.disconnect();
});

const ids = (rows) => rows.map((row) => row.id);

test("password, user, wrong password", async () => {
  const { user } = await done(db.auth.getUser());
  assert.equal(user.email, email);
  const error = await refused(client().auth.signInWithPassword({ email, password: "wrong" }));
  assert.equal(error.code, "invalid_credentials");
  assert.equal(error.status, 400);
});

test("refresh rotates, the token before may be used again for a while, the one before that ends the session", async () => {
  const me = await signedIn();
  const first = (await done(me.auth.getSession())).session.refresh_token;
  const second = (await done(me.auth.refreshSession({ refresh_token: first }))).session.refresh_token;
  const again = (await done(me.auth.refreshSession({ refresh_token: first }))).session.refresh_token;
  assert.notEqual(second, first);
  assert.equal(again, second);
  await done(me.auth.refreshSession({ refresh_token: second }));
  const error = await refused(me.auth.refreshSession({ refresh_token: first }));
  assert.equal(error.code, "refresh_token_already_used");
});

test("sign out ends the session", async () => {
  const me = await signedIn();
  const token = (await done(me.auth.getSession())).session.access_token;
  await done(me.auth.signOut().then(({ error }) => ({ data: null, error })));
  assert.equal((await refused(client().auth.getUser(token))).name, "AuthSessionMissingError");
});

test("code by mail", async () => {
  const me = client();
  await done(me.auth.signInWithOtp({ email, options: { shouldCreateUser: false } }));
  const codes = [...readFileSync(log, "utf8").matchAll(new RegExp(`code of ${email} is (\\d+)`, "g"))];
  const { user } = await done(me.auth.verifyOtp({ email, token: codes.at(-1)[1], type: "email" }));
  assert.equal(user.id, user_id);
});

test("anonymous sign-in", async () => {
  const { user } = await done(client().auth.signInAnonymously());
  assert.equal(user.is_anonymous, true);
});

test("conditions", async () => {
  const all = () => db.from("scratch").select("id").order("id");
  assert.deepEqual(ids(await done(all().eq("id", 3))), [3]);
  assert.deepEqual(ids(await done(all().neq("id", 3).lt("id", 5))), [1, 2, 4]);
  assert.deepEqual(ids(await done(all().gt("id", 5))), [6, 7]);
  assert.deepEqual(ids(await done(all().gte("id", 5).lte("id", 6))), [5, 6]);
  assert.deepEqual(ids(await done(all().in("label", ["row 1", 'a,"b', "row 7"]))), [1, 7]);
  assert.deepEqual(ids(await done(all().is("parent", null))), [1]);
  assert.deepEqual(ids(await done(all().not("parent", "is", null).limit(2))), [2, 3]);
  assert.deepEqual(ids(await done(all().or('id.eq.2,and(id.gt.5,label.neq."row 7")'))), [2, 6]);
});

test("order, range and count", async () => {
  const page = await done(db.from("scratch").select("id", { count: "exact" }).order("id", { ascending: false }).range(2, 4));
  assert.deepEqual([ids(page.data), page.count], [[5, 4, 3], 7]);
  const head = await done(db.from("scratch").select("*", { count: "exact", head: true }).gt("id", 5));
  assert.equal(head.count, 2);
});

test("embedding", async () => {
  const rows = await done(db.from("profiles").select("display_name, home:org_id(name)").eq("id", user_id));
  assert.equal(rows[0].home.name, "Acme");
  const organisation = await done(db.from("organizations").select("id, profiles(id)").eq("id", org_id).single());
  assert.ok(ids(organisation.profiles).includes(user_id));
});

test("insert, upsert, update, delete", async () => {
  const made = await done(db.from("scratch").insert({ id: 10, label: "ten", extra: { a: [1] } }).select().single());
  assert.deepEqual(made.extra, { a: [1] });
  const kept = await done(db.from("scratch").upsert({ id: 10, label: "no" }, { ignoreDuplicates: true }).select());
  assert.deepEqual(kept, []);
  const merged = await done(db.from("scratch").upsert({ id: 10, label: "eleven" }, { onConflict: "id" }).select());
  assert.equal(merged[0].label, "eleven");
  const changed = await done(db.from("scratch").update({ label: null }).in("id", [6, 7]).select("id,label"));
  assert.deepEqual(changed.map((row) => row.label), [null, null]);
  assert.equal(await done(db.from("scratch").delete().eq("id", 10)), null);
  assert.equal((await refused(db.from("scratch").insert({ id: 1 }))).code, "23505");
});

test("functions", async () => {
  assert.equal(await done(db.rpc("add_up", { a: 1, b: 2 })), 3);
  assert.equal(await done(db.rpc("add_up", { a: 1 }, { get: true })), 11);
  assert.deepEqual(ids(await done(db.rpc("mine").select("id").gt("id", 5).order("id"))), [6, 7]);
  const error = await refused(db.rpc("conflict"));
  assert.deepEqual([error.code, error.message, error.details, error.hint], ["PT409", "Bo has it", "bo", "wait"]);
});

function subscribed(channel) {
  return new Promise((resolve, reject) => {
    channel.subscribe((state, error) => {
      if (state === "SUBSCRIBED") resolve();
      else reject(error ?? new Error(state));
    });
  });
}

test("row events", { timeout: 10_000 }, async () => {
  const events = [];
  let seen, ready;
  const arrived = new Promise((resolve) => (seen = resolve));
  const listening = new Promise((resolve) => (ready = resolve));
  const binding = { event: "INSERT", schema: "public", table: "scratch", filter: "label=eq.live" };
  const channel = db
    .channel("rows")
    .on("postgres_changes", binding, (event) => seen(events.push(event)))
    .on("system", {}, (message) => message.status === "ok" && ready());
  await subscribed(channel);
  await listening;
  await done(db.from("scratch").insert([{ id: 20, label: "dead" }, { id: 21, label: "live" }]));
  await arrived;
  assert.deepEqual(events.map((event) => event.new.id), [21]);
});

test("private channel: broadcast with and without ack, presence", { timeout: 10_000 }, async () => {
  const theirs = await signedIn(other);
  const heard = [];
  let full, joined;
  const both = new Promise((resolve) => (full = resolve));
  const present = new Promise((resolve) => (joined = resolve));
  const listener = theirs
    .channel(`org:${org_id}`, { config: { private: true } })
    .on("broadcast", { event: "typing" }, ({ payload }) => heard.push(payload.n) === 2 && full())
    .on("presence", { event: "join" }, ({ key }) => key === user_id && joined());
  await subscribed(listener);
  const config = { private: true, broadcast: { ack: true }, presence: { key: user_id } };
  const mine = db.channel(`org:${org_id}`, { config });
  await subscribed(mine);
  assert.equal(await mine.send({ type: "broadcast", event: "typing", payload: { n: 1 } }), "ok");
  assert.equal(await mine.track({ user_id }), "ok");
  await present;
  await db.removeChannel(mine);
  const quick = db.channel(`org:${org_id}`, { config: { private: true } });
  await subscribed(quick);
  assert.equal(await quick.send({ type: "broadcast", event: "typing", payload: { n: 2 } }), "ok");
  await both;
  assert.deepEqual(heard, [1, 2]);
});

test("a stranger is not let in", { timeout: 10_000 }, async () => {
  const stranger = client();
  await done(stranger.auth.signInAnonymously());
  await stranger.realtime.setAuth();
  await assert.rejects(subscribed(stranger.channel(`org:${org_id}`, { config: { private: true } })));
});

test("a token pushed later is taken", { timeout: 10_000 }, async () => {
  const me = await signedIn();
  const channel = me.channel(`org:${org_id}`, { config: { private: true, broadcast: { ack: true } } });
  await subscribed(channel);
  const { session } = await done(me.auth.refreshSession());
  await me.realtime.setAuth(session.access_token);
  assert.equal(await channel.send({ type: "broadcast", event: "typing", payload: {} }), "ok");
});
