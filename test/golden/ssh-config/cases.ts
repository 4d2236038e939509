/** Configurations and the hosts to ask about. `DIR` is the directory they lie in; `NAME:` begins a file of its own. */
export interface Case {
  readonly what: string;
  readonly hosts: readonly string[];
  readonly config: string;
}

export const cases: readonly Case[] = [
  { what: 'nothing', hosts: ['web', 'Web', '10.0.0.1', 'admin@web'], config: '# only this' },
  {
    what: 'the first value counts, and what stands before all sections most',
    hosts: ['web', 'db', 'other'],
    config: `
User first
Host web
  User second
  Port 2201
Host *b
  Port 2202
  HostName %h.example.org
Host *
  Port 2203
  HostName star`,
  },
  {
    what: 'letters in keywords and values',
    hosts: ['WEB', 'web', 'Web'],
    config: `
hOsT Web
  hostname WEB.Example.ORG
  HOSTKEYALIAS TheWeb
Host web
  HostName=10.1.1.1
  Port = 2222`,
  },
  {
    what: 'patterns',
    hosts: ['web1', 'web12', 'web', 'db.web', 'dbxweb', 'both'],
    config: `
Host web?
  Port 1
Host *.web !web*
  Port 2
Host both !both
  Port 3
Host web* db*
  Port 4`,
  },
  {
    what: 'HostName with tokens',
    hosts: ['web', '[x]', 'a.b'],
    config: 'HostName %h-%h.Lan',
  },
  {
    what: 'quotes, comments and the = sign',
    hosts: ['web'],
    config: `
Host "web" # a comment
  IdentityFile "~/.ssh/my key" # another
  IdentityFile=/keys/two
  IdentityFile '/keys/three'
  IdentityFile /keys/with\\ blank
  User   "some one"
  ProxyCommand nc -x "a b:1080" %h %p # stays`,
  },
  {
    what: 'identities',
    hosts: ['web', 'none', 'some', 'twice'],
    config: `
Host none
  IdentityFile none
Host some
  IdentityFile ~/.ssh/a
  IdentitiesOnly true
Host twice
  IdentityFile /keys/a
  IdentityFile /keys/a
Host *
  IdentityFile /keys/last
  IdentitiesOnly no`,
  },
  {
    what: 'agents',
    hosts: ['path', 'home', 'none', 'env', 'braces', 'default', 'named'],
    config: `
Host path
  IdentityAgent /run/agent
Host home
  IdentityAgent ~/agent-%r-%h
Host none
  IdentityAgent none
Host env
  IdentityAgent $THEIR_AGENT
Host braces
  IdentityAgent \${THEIR_PLACE}/agent
Host named
  IdentityAgent SSH_AUTH_SOCK`,
  },
  {
    what: 'known hosts',
    hosts: ['web', 'none', 'tokens', 'both'],
    config: `
Host web
  UserKnownHostsFile ~/a /b/c
Host none
  UserKnownHostsFile none
  GlobalKnownHostsFile none
Host tokens
  UserKnownHostsFile \${THEIR_PLACE}/%h_%p_%r
  Port 2222
Host both
  UserKnownHostsFile /one
  UserKnownHostsFile /two
  GlobalKnownHostsFile /three /four`,
  },
  {
    what: 'how strict it is',
    hosts: ['yes', 'true', 'no', 'false', 'off', 'ask', 'new', 'default'],
    config: `
Host yes
  StrictHostKeyChecking yes
Host true
  StrictHostKeyChecking true
Host no
  StrictHostKeyChecking no
Host false
  StrictHostKeyChecking false
Host off
  StrictHostKeyChecking off
Host ask
  StrictHostKeyChecking ask
Host new
  StrictHostKeyChecking accept-new`,
  },
  {
    what: 'of ProxyCommand and ProxyJump the first that is found',
    hosts: ['command', 'jump', 'nocommand', 'nojump', 'neither', 'later'],
    config: `
Host command
  ProxyCommand nc %h %p
  ProxyJump gate
Host jump
  ProxyJump gate
  ProxyCommand nc %h %p
Host nocommand
  ProxyCommand none
Host nojump
  ProxyJump none
Host neither
  ProxyCommand none
  ProxyJump none
Host gate outer
  ProxyJump none
Host *
  ProxyJump me@outer:2200,gate
  ProxyCommand second %h`,
  },
  {
    what: 'Match by names',
    hosts: ['web', 'Web', 'admin@web', 'db', 'x.lan', 'y.lan'],
    config: `
Match originalhost WEB,db
  HostName %h.lan
Match host web.lan
  Port 2201
Match host *.lan,!x.lan
  User inlan
Match user admin
  Port 2202
Match !originalhost web user inlan
  HostKeyAlias notweb
Match localuser nobody-here
  Port 1
Match host=y.lan user=inlan
  IdentityFile /equals
Match all
  IdentityFile /all`,
  },
  {
    what: 'Match exec',
    hosts: ['yes', 'no', 'token', 'admin@token', 'quiet', 'before'],
    config: `
Match originalhost yes exec true
  Port 2201
Match originalhost no exec false
  Port 2202
Match originalhost no !exec false
  Port 2203
Match exec "test %h.%n.%p.%r = token.token.22.admin"
  Port 2204
Match exec "test '%%' = '%u' || test %u = nobody-here"
  Port 2205
Match originalhost quiet exec "cat; echo much; test $THEIR_PLACE = /their"
  Port 2206
Match originalhost nothere exec "touch DIR/ran"
  Port 2207
Host before
  HostName after
  Port 77
Match exec "test %h%n%p = afterbefore77"
  User seen`,
  },
  {
    what: 'Match final',
    hosts: ['web', 'db'],
    config: `
Host web
  HostName w.example.org
Host *.example.org
  Port 2201
Match final host *.example.org
  User last
  HostName never
Match final all
  HostKeyAlias final
Match !final originalhost db
  Port 2202
Match canonical
  IdentityFile /canonical`,
  },
  {
    what: 'Match final that nobody asks for',
    hosts: ['web'],
    config: `
Host web
  HostName w.example.org
Host w.example.org
  Port 2201
Match canonical
  Port 2202`,
  },
  {
    what: 'Include',
    hosts: ['web', 'db', 'other', 'deep'],
    config: `
Include DIR/first
Host web
  Include DIR/inweb DIR/notthere
  User afterinweb
Include DIR/parts/*.conf
Host other
  Port 2210
first:
Host db
  Port 2201
  Include DIR/deep
inweb:
Port 2202
Host db
  User neverhere
Host *
  HostKeyAlias inweb
deep:
Host deep
  Port 2203
Match all
  IdentityFile /matchall
parts/a.conf:
Host *
  IdentityFile /a
parts/b.conf:
IdentityFile /b
parts/.hidden.conf:
IdentityFile /hidden
parts/c.txt:
IdentityFile /c`,
  },
];

/** What ssh refuses to work with. */
export const refused: readonly { readonly what: string; readonly config: string }[] = [
  { what: 'a quote without an end', config: 'Host web\n  User "me' },
  { what: 'a quote without an end in a command', config: "ProxyCommand echo don't" },
  { what: 'a keyword that says nothing', config: 'Host web\n  Port' },
  { what: 'no port', config: 'Port many' },
  { what: 'a port too large', config: 'Port 70000' },
  { what: 'neither yes nor no', config: 'IdentitiesOnly maybe' },
  { what: 'an empty Match', config: 'Match # nothing\n  Port 1' },
  { what: 'Match without what it matches', config: 'Match host\n  Port 1' },
  { what: 'Match all with something', config: 'Match host web user me all\n  Port 1' },
  { what: 'a token nobody knows', config: 'Match exec "echo %Z"\n  Port 1' },
  { what: 'a variable that is not set', config: 'UserKnownHostsFile ${NOT_SET_AT_ALL}/x' },
  { what: 'a file that others may write', config: 'Include DIR/open\nopen:\nPort 22' },
  { what: 'a file that includes itself', config: 'Include DIR/again\nagain:\nInclude DIR/again' },
];
