/*
 * sound: whether there is a Sound Blaster 16, and how loud it is. tone: a sine, to hear that it works.
 * The card is on no bus that could be searched; its signal processor answers a reset at the ports it always has.
 */
#include "commands.h"

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/soundcard.h>
#include <unistd.h>

#define BASE 0x220
#define DSP_RESET (BASE + 0x6)
#define DSP_READ (BASE + 0xa)
#define DSP_READY (BASE + 0xe)
#define DSP_ALIVE 0xaa
#define POLLS 100

#define RATE 22050
#define FADE (RATE / 200)
#define LOUDNESS 12000
#define MAX_HZ (RATE / 2)
#define MAX_SECONDS 60

static int read_port(int ports, int port)
{
	uint8_t value;
	return pread(ports, &value, 1, port) == 1 ? value : -1;
}

static int card_answers(void)
{
	static const uint8_t one = 1, zero = 0;
	int ports = open("/dev/port", O_RDWR | O_CLOEXEC), answers = 0;
	if (ports < 0)
		return 0;
	if (pwrite(ports, &one, 1, DSP_RESET) == 1) {
		usleep(10);
		if (pwrite(ports, &zero, 1, DSP_RESET) == 1)
			for (int i = 0; i < POLLS && !answers; i++)
				answers = (read_port(ports, DSP_READY) & 0x80) && read_port(ports, DSP_READ) == DSP_ALIVE;
	}
	close(ports);
	return answers;
}

static int set_volume(int percent)
{
	int both = percent | percent << 8;
	int mixer = open("/dev/mixer", O_RDWR | O_CLOEXEC);
	if (mixer < 0 || ioctl(mixer, SOUND_MIXER_WRITE_VOLUME, &both) < 0)
		err(1, "/dev/mixer");
	both = percent | percent << 8;
	if (ioctl(mixer, SOUND_MIXER_WRITE_PCM, &both) < 0)
		err(1, "/dev/mixer");
	close(mixer);
	return 0;
}

static double sine(double angle)
{
	__asm__("fsin" : "+t"(angle));
	return angle;
}

static int play(double hz, double seconds)
{
	int16_t samples[1024];
	int format = AFMT_S16_LE, channels = 1, rate = RATE;
	long total = (long)(seconds * RATE), at = 0;
	int dsp = open("/dev/dsp", O_WRONLY | O_CLOEXEC);
	if (dsp < 0 || ioctl(dsp, SNDCTL_DSP_SETFMT, &format) < 0 || ioctl(dsp, SNDCTL_DSP_CHANNELS, &channels) < 0 ||
	    ioctl(dsp, SNDCTL_DSP_SPEED, &rate) < 0)
		err(1, "/dev/dsp");
	while (at < total) {
		int count = 0;
		for (; count < 1024 && at < total; count++, at++) {
			/* Soft at both ends: a step is a click. */
			long end = at < total - at ? at : total - at;
			double fade = end < FADE ? (double)end / FADE : 1;
			samples[count] = (int16_t)(LOUDNESS * fade * sine(2 * 3.14159265358979 * hz * (double)at / rate));
		}
		if (write(dsp, samples, (size_t)count * 2) < 0)
			err(1, "/dev/dsp");
	}
	/* Until the last of it is heard. */
	ioctl(dsp, SNDCTL_DSP_SYNC, 0);
	close(dsp);
	return 0;
}

static double number(const char *text, double most, const char *usage)
{
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end || !(value > 0 && value <= most))
		errx(1, "%s is no number up to %d\n%s", text, (int)most, usage);
	return value;
}

int sound_main(const char *name, int argc, char **argv)
{
	static const char tone[] = "Usage: tone [HZ [SECONDS]]    (440, 1)";
	static const char sound[] = "Usage: sound [PERCENT]    (without: is there a card?)";
	int is_tone = !strcmp(name, "tone");
	if (argc > (is_tone ? 3 : 2))
		errx(1, "%s", is_tone ? tone : sound);
	if (is_tone)
		return play(argc > 1 ? number(argv[1], MAX_HZ, tone) : 440, argc > 2 ? number(argv[2], MAX_SECONDS, tone) : 1);
	if (argc > 1)
		return set_volume((int)number(argv[1], 100, sound));
	int answers = card_answers();
	puts(answers ? "a Sound Blaster 16 at port 0x220" : "no sound card");
	return !answers;
}
