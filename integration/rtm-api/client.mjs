// Slack's own RTM client, driven by one JSON object a line: what it is to do comes
// in, what it hears goes out.
import { createInterface } from 'node:readline';
import { RTMClient, LogLevel } from '@slack/rtm-api';

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const rtm = new RTMClient(process.env.SLACK_TOKEN, { slackApiUrl: process.env.SLACK_API_URL, logLevel: LogLevel.ERROR });

rtm.on('ready', () => tell({ heard: 'ready' }));
for (const type of ['message', 'presence_change', 'team_rename', 'user_typing']) {
  rtm.on(type, (event) => tell({ heard: type, event }));
}

const commands = {
  send: ({ channel, text }) => rtm.sendMessage(text, channel),
  typing: ({ channel }) => rtm.sendTyping(channel),
  follow: ({ users }) => rtm.subscribePresence(users),
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { do: name, ...args } = JSON.parse(line);
  try {
    tell({ did: name, result: await commands[name](args) });
  } catch (error) {
    tell({ failed: name, error: error.data?.error ?? { msg: error.message } });
  }
}).on('close', () => process.exit(0));

await rtm.start();
