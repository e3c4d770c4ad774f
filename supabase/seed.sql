-- A small support desk to look at: Acme Support, its people, and a morning's conversations. Times count back from now.
--
-- Safe to run again: what is there stays. Nobody has a password: `chattui local` gives each agent one, and on a hosted
-- project you set them in the dashboard (Authentication → Users) or sign in with an e-mailed code.

insert into public.organizations (id, name, slug, settings) values
  ('a0000000-0000-4000-8000-000000000000', 'Acme Support', 'acme', '{"visibility": "all", "reopen_to": "ai"}')
on conflict do nothing;

create temporary table people (id uuid, email text, name text, role public.profile_role, availability public.availability);
insert into people values
  ('a0000000-0000-4000-8000-000000000001', 'ana@acme.example', 'Ana Torres', 'agent', 'online'),
  ('a0000000-0000-4000-8000-000000000002', 'bo@acme.example', 'Bo Larsen', 'agent', 'online'),
  ('a0000000-0000-4000-8000-000000000003', 'cy@acme.example', 'Cy Adeyemi', 'admin', 'away'),
  ('a0000000-0000-4000-8000-000000000009', 'robin@acme.example', 'Robin', 'bot', 'online');

-- The empty strings are what a sign-up leaves; the auth server of a hosted project does not read nulls there.
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
  confirmation_token, recovery_token, email_change, email_change_token_new, created_at, updated_at)
select '00000000-0000-0000-0000-000000000000', id, 'authenticated', 'authenticated', email, '', now(),
  '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', name), '', '', '', '',
  now() - interval '90 days', now() - interval '90 days'
from people
on conflict do nothing;

insert into auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
select id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true), 'email', now(), now()
from people
on conflict do nothing;

insert into public.profiles (id, org_id, display_name, role, availability)
select id, 'a0000000-0000-4000-8000-000000000000', name, role, availability from people
on conflict do nothing;

insert into public.labels (id, org_id, name, colour)
select ('b0000000-0000-4000-8000-00000000000' || n)::uuid, 'a0000000-0000-4000-8000-000000000000', name, colour
from (values (1, 'billing', '#d19a66'), (2, 'shipping', '#61afef'), (3, 'bug', '#e06c75'), (4, 'vip', '#c678dd'),
             (5, 'returns', '#56b6c2'), (6, 'feedback', '#98c379')) as l(n, name, colour)
on conflict do nothing;

insert into public.templates (id, org_id, owner_id, shortcut, title, body)
select ('e0000000-0000-4000-8000-00000000000' || n)::uuid, 'a0000000-0000-4000-8000-000000000000', owner, shortcut, title, body
from (values
  (1, null::uuid, 'hi', 'Greeting', 'Hi {{contact.name}}, this is {{agent.name}}. I have read the conversation so far; one moment, please.'),
  (2, null, 'refund', 'Refund is on its way', 'Good news, {{contact.name}}: the refund is on its way. Banks take three to five working days to show it.'),
  (3, null, 'order', 'Ask for the order number', 'Could you give me the order number? It starts with # and is in the confirmation e-mail.'),
  (4, null, 'wait', 'I need a moment', 'Thank you for waiting. I am checking this with a colleague and will be back within ten minutes.'),
  (5, null, 'bye', 'Goodbye', E'Glad that this is solved, {{contact.name}}.\nWrite here again whenever you like. {{agent.name}}'),
  (6, 'a0000000-0000-4000-8000-000000000001', 'ana', 'My signature', E'Best,\n{{agent.name}} · Acme Support')
) as t(n, owner, shortcut, title, body)
on conflict do nothing;

-- Conversations: as they are when all has been said ------------------------------------------------------------------

create temporary table threads (
  n integer, contact integer, status public.conversation_status, holder integer, opened_min integer, moved_min integer,
  channel text, priority integer, subject text, reason text);
insert into threads values
  (1, 1, 'waiting', null, 21, 3, 'web', 2, 'Charged twice for order #8812', 'double charge'),
  (2, 2, 'waiting', null, 34, 6, 'web', 0, 'Discount code does not work', 'the voucher is refused'),
  (3, 3, 'waiting', null, 58, 11, 'e-mail', 1, 'VAT number on the invoice', 'needs accounting'),
  (4, 4, 'active', 1, 95, 52, 'web', 0, 'Size of the rain jacket', null),
  (5, 5, 'active', 1, 47, 17, 'web', 1, 'Parcel damaged on arrival', 'wants a replacement'),
  (6, 6, 'active', 2, 140, 75, 'whatsapp', 0, 'Change of delivery address', 'order already packed'),
  (7, 7, 'ai', null, 9, 9, 'web', 0, 'Where is my parcel?', null),
  (8, 8, 'ai', null, 25, 25, 'web', 0, 'Opening hours', null),
  (9, 9, 'ai', null, 180, 180, 'web', 0, null, null),
  (10, 1, 'closed', 2, 11600, 11480, 'web', 0, 'Late parcel', 'parcel is late'),
  (11, 10, 'closed', 1, 1560, 1490, 'web', 0, 'Password reset', 'reset mail does not arrive'),
  (12, 11, 'closed', 3, 2980, 2890, 'e-mail', 3, 'Offer for forty headsets', 'large order');

create temporary table customers (n integer, name text, email text, phone text, attributes jsonb);
insert into customers values
  (1, 'Rosa Díaz', 'rosa@example.com', '+34 600 111 222', '{"city": "Madrid", "plan": "plus", "orders": 14}'),
  (2, 'Liam O''Neil', 'liam@example.com', null, '{"city": "Cork", "orders": 2}'),
  (3, 'Anneliese Grünwald-Hohenstein', 'office@gruenwald.example', '+49 30 1234567', '{"company": "Grünwald GmbH"}'),
  (4, 'Mei Tanaka 田中', 'mei@example.com', null, '{"city": "Osaka", "orders": 5}'),
  (5, 'Samuel Okafor', 'sam.okafor@example.com', '+44 7700 900123', '{"city": "Leeds", "orders": 8}'),
  (6, 'Noor الحسن', 'noor@example.com', null, '{"city": "Amman"}'),
  (7, 'Jonas Weiss', 'jonas@example.com', null, '{"orders": 1}'),
  (8, 'Priya', null, null, '{}'),
  (9, null, null, null, '{"referrer": "/pricing"}'),
  (10, 'Chloé Martin', 'chloe@example.com', null, '{"orders": 3}'),
  (11, 'Dana Whitfield', 'dana@northwind.example', '+1 555 0142', '{"company": "Northwind", "seats": 40}');

-- Who speaks: c the customer, ai, s the system, 1 Ana, 2 Bo, 3 Cy.
create temporary table lines (thread integer, min_ago numeric, speaker text, body text);
insert into lines values
  (1, 21, 'c', 'Hi, I was charged twice for order #8812.'),
  (1, 20.7, 'ai', 'Hello Rosa! I can see two charges of 49.90 € on 18 November. Did you press “pay” twice, or see an error?'),
  (1, 18, 'c', 'There was an error page, so I tried again.'),
  (1, 17.6, 'ai', 'That explains it. A colleague has to confirm the refund. Shall I ask one?'),
  (1, 3.2, 'c', 'yes please'),
  (1, 2, 'c', 'the refund still isn''t there…'),
  (2, 34, 'c', 'AUTUMN15 says "not valid" at checkout'),
  (2, 33.8, 'ai', 'Sorry about that! AUTUMN15 is valid for orders above 60 €. Is your basket above that?'),
  (2, 8, 'c', 'It is 74. Can I talk to somebody?'),
  (2, 6, 'ai', 'Of course, let me get a person for you.'),
  (3, 58, 'c', E'Dear team,\n\nthe invoice RE-2291 lacks our VAT number (DE 811 234 567).\nPlease send a corrected one; our accounting closes on Friday.\n\nKind regards\nA. Grünwald-Hohenstein'),
  (3, 57.5, 'ai', 'Thank you. I have found invoice RE-2291. Changing it needs a colleague from accounting.'),
  (3, 11, 'c', 'Then please forward this to them.'),
  (4, 95, 'c', 'Hello! Is the rain jacket true to size? 👋'),
  (4, 94.8, 'ai', 'Hi Mei! Most customers say it fits as expected; 12 % say it runs small.'),
  (4, 92, 'c', 'I am between S and M, which would you take?'),
  (4, 52, '1', 'Hi Mei, Ana here. With a sweater under it I would take M. You can send it back free of charge within 30 days.'),
  (4, 50, 'c', 'M it is. Thank you 🙏'),
  (4, 49, '1', 'Sent to your basket. Have a nice day!'),
  (5, 47, 'c', 'My parcel arrived today and the lamp is broken.'),
  (5, 46.8, 'ai', 'I am sorry to hear that, Samuel. Could you describe the damage?'),
  (5, 45, 'c', 'The glass is in pieces. Photos: https://example.com/p/4471'),
  (5, 44.6, 'ai', 'Thank you. I will ask a colleague to arrange a replacement.'),
  (5, 17, '1', 'Hi Samuel, Ana here. That is definitely one for a replacement. Is the address in Leeds still right?'),
  (5, 4, 'c', 'Yes, same address.'),
  (5, 3.5, 'c', 'How long will it take?'),
  (6, 140, 'c', 'مرحبا، هل يمكنني تغيير عنوان التوصيل؟'),
  (6, 139.7, 'ai', 'مرحبا نور! الطلب قيد التجهيز، سأسأل أحد الزملاء.'),
  (6, 75, '2', 'Hi Noor, Bo here. I can still change it if you send me the new address within the hour.'),
  (6, 71, 'c', '12 Rainbow Street, Amman. Thank you!'),
  (6, 70, '2', 'Changed. You will get a new confirmation in a minute.'),
  (7, 9, 'c', 'where is my parcel'),
  (7, 8.9, 'ai', 'Hi Jonas! Order #9034 left our warehouse yesterday; it is due on Friday. Here is the tracking page: https://example.com/t/9034'),
  (7, 8, 'c', 'ok thx'),
  (8, 25, 'c', 'When are you open?'),
  (8, 24.9, 'ai', 'The shop in Main Street is open Monday to Saturday, 10 to 19 h. I am here around the clock.'),
  (9, 180, 'c', 'hello?'),
  (9, 179.9, 'ai', 'Hello! How can I help?'),
  (10, 11600, 'c', 'My parcel is five days late.'),
  (10, 11599, 'ai', 'I am sorry. It is held at the sorting centre. Let me ask a colleague.'),
  (10, 11520, '2', 'Hi Rosa, I have called the carrier: it comes tomorrow before noon.'),
  (10, 11500, 'c', 'Great, thanks for checking!'),
  (10, 11480, '2', 'My pleasure.'),
  (11, 1560, 'c', 'The mail for the password reset does not arrive.'),
  (11, 1559.6, 'ai', 'Have you looked into the spam folder?'),
  (11, 1555, 'c', 'Yes. Nothing.'),
  (11, 1500, '1', 'Hi Chloé, the address had a typing error (gmial). I have corrected it; please try once more.'),
  (11, 1492, 'c', 'That was it! merci beaucoup 😊'),
  (12, 2980, 'c', 'We would like an offer for forty headsets, delivered to Seattle by 1 December.'),
  (12, 2979.5, 'ai', 'Thank you, Dana. For more than twenty pieces a colleague makes a personal offer.'),
  (12, 2930, '3', 'Hello Dana, Cy here. Forty headsets at 12 % off, free delivery on 28 November. The offer is in your inbox.'),
  (12, 2900, 'c', 'Accepted, thank you.'),
  (12, 2890, 's', 'Order #9120 was placed.');

insert into public.contacts (id, org_id, name, email, phone, attributes, created_at)
select ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'a0000000-0000-4000-8000-000000000000', name, email,
  phone, attributes, now() - (select max(opened_min) from threads t where t.contact = k.n) * interval '1 minute'
from customers k
on conflict do nothing;

-- First everything is the AI's, so that it may speak; the last step gives each conversation its state.
insert into public.conversations (id, org_id, contact_id, subject, channel, priority, created_at)
select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'a0000000-0000-4000-8000-000000000000',
  ('d0000000-0000-4000-8000-' || lpad(contact::text, 12, '0'))::uuid, subject, channel, priority,
  now() - opened_min * interval '1 minute'
from threads order by n
on conflict do nothing;

-- Not `on conflict do nothing`: the numbering would run first and leave a hole.
insert into public.messages (id, conversation_id, sender_type, sender_id, body, created_at)
select md5('acme ' || l.thread || ' ' || l.min_ago)::uuid,
  ('c0000000-0000-4000-8000-' || lpad(l.thread::text, 12, '0'))::uuid,
  case l.speaker when 'c' then 'customer' when 'ai' then 'ai' when 's' then 'system' else 'agent' end::public.message_sender,
  case l.speaker when 'ai' then 'a0000000-0000-4000-8000-000000000009'::uuid
    when 'c' then null when 's' then null else ('a0000000-0000-4000-8000-00000000000' || l.speaker)::uuid end,
  l.body, now() - l.min_ago * interval '1 minute'
from lines l
where not exists (select from public.messages m where m.id = md5('acme ' || l.thread || ' ' || l.min_ago)::uuid)
order by l.thread, l.min_ago desc;

create temporary table outcomes as
select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id, status, reason, opened_min,
  now() - moved_min * interval '1 minute' as moved_at,
  ('a0000000-0000-4000-8000-00000000000' || holder)::uuid as holder,
  (select count(*) from lines l where l.thread = n and l.speaker in ('c', 'ai')
     and l.min_ago > (select coalesce(max(a.min_ago), t.moved_min) from lines a where a.thread = n and a.speaker not in ('c', 'ai', 's'))
  )::integer as before_holder
from threads t;

insert into public.conversation_events (id, conversation_id, after_seq, kind, actor_id, data, created_at)
select md5('acme ' || e.kind || o.id)::uuid, o.id, e.after_seq, e.kind, e.actor, e.data, e.at
from outcomes o
cross join lateral (values
  ('requested', o.before_holder, 'a0000000-0000-4000-8000-000000000009'::uuid,
    jsonb_build_object('from_status', 'ai', 'reason', o.reason),
    case when o.status = 'waiting' then o.moved_at
      else (select m.created_at from public.messages m where m.conversation_id = o.id and m.seq = o.before_holder) end
      + interval '10 seconds', o.reason is not null),
  ('taken', o.before_holder, o.holder, jsonb_build_object('assigned_to', o.holder),
    (select m.created_at from public.messages m where m.conversation_id = o.id and m.seq = o.before_holder + 1)
      - interval '20 seconds', o.holder is not null),
  ('closed', (select t.last_seq from public.conversation_tail t where t.conversation_id = o.id), o.holder,
    jsonb_build_object('previous_agent', o.holder), o.moved_at + interval '1 minute', o.status = 'closed')
) as e(kind, after_seq, actor, data, at, happened)
where e.happened
on conflict do nothing;

insert into public.conversation_notes (id, conversation_id, after_seq, author_id, body, mentions, created_at) values
  ('f0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 5,
   'a0000000-0000-4000-8000-000000000002', 'Check Stripe first: the first payment may still be pending.', '{}', now() - interval '2.5 minutes'),
  ('f0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000005', 5,
   'a0000000-0000-4000-8000-000000000001', 'Third broken lamp this week. @Cy Adeyemi shall we talk to the packers?',
   '{a0000000-0000-4000-8000-000000000003}', now() - interval '16 minutes'),
  ('f0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000012', 3,
   'a0000000-0000-4000-8000-000000000003', 'Margin is fine up to 15 %.', '{}', now() - interval '2920 minutes')
on conflict do nothing;

insert into public.conversation_contact_labels (id, conversation_id, contact_id, label_id, added_by)
select md5('acme label ' || thread || ' ' || label)::uuid, c.id, c.contact_id,
  ('b0000000-0000-4000-8000-00000000000' || label)::uuid, 'a0000000-0000-4000-8000-000000000001'
from (values (1, 1), (1, 4), (2, 1), (3, 1), (5, 2), (5, 5), (6, 2), (10, 2), (11, 3), (12, 4)) as x(thread, label)
join public.conversations c on c.id = ('c0000000-0000-4000-8000-' || lpad(x.thread::text, 12, '0'))::uuid
on conflict do nothing;

insert into public.conversation_metadata (conversation_id, summary, sentiment, intent, language)
select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, summary, sentiment, intent, language
from (values
  (1, 'Charged twice for order #8812 after an error page; waits for the refund.', 'annoyed', 'refund', 'en'),
  (2, 'AUTUMN15 is refused although the basket is 74 €.', 'neutral', 'discount code', 'en'),
  (3, 'Invoice RE-2291 lacks the VAT number; accounting closes on Friday.', 'formal', 'invoice', 'en'),
  (4, 'Between S and M for the rain jacket; takes M.', 'happy', 'product advice', 'en'),
  (5, 'Lamp arrived broken; replacement to the same address in Leeds.', 'annoyed', 'replacement', 'en'),
  (6, 'Changed the delivery address of a packed order.', 'happy', 'address change', 'ar'),
  (7, 'Asked where the parcel is; got the tracking page.', 'neutral', 'tracking', 'en'),
  (12, 'Forty headsets for Northwind, offer accepted.', 'happy', 'large order', 'en')
) as m(n, summary, sentiment, intent, language)
on conflict do nothing;

-- Version 1: made here and never touched since.
update public.conversations c
set status = o.status,
    assigned_to = case when o.status = 'active' then o.holder end,
    last_agent_id = o.holder,
    handoff_reason = case when o.status in ('waiting', 'active') then o.reason end,
    waiting_since = case when o.status = 'waiting' then o.moved_at end,
    closed_at = case when o.status = 'closed' then o.moved_at + interval '1 minute' end,
    closed_by = case when o.status = 'closed' then o.holder end
from outcomes o
where c.id = o.id and c.version = 1 and o.status <> 'ai';

-- Read: all of what is closed, by whoever closed it; what is active, up to the holder's own last words.
insert into public.conversation_read_status (conversation_id, user_id, last_read_seq, last_read_inbound, last_read_at)
select m.conversation_id, o.holder, m.seq, m.inbound_no, m.created_at
from outcomes o
join lateral (
  select * from public.messages x
  where x.conversation_id = o.id and (o.status = 'closed' or x.sender_id = o.holder)
  order by x.seq desc limit 1
) m on true
where o.holder is not null
on conflict do nothing;

drop table people, threads, customers, lines, outcomes;
