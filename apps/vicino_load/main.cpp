// vicino-load: puts load on an SFU and says what came of it.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "run.h"

namespace {

using vicino::load::Settings;

constexpr const char* about =
    "Load generator for SFUs: publishers and subscribers with full ICE, DTLS and SRTP, every "
    "packet verified.\n"
    "Prints JSON lines: one per interval if asked for, and the result.\n\n"
    "Scenarios (--help after one shows its own defaults):\n"
    "  livestream   one camera to many viewers\n"
    "  meeting      rooms in which all send and get camera and microphone\n"
    "  audio-room   one or several voices to many listeners\n"
    "  screen       one shared screen to many viewers\n\n"
    "Example: vicino-load livestream --server http://127.0.0.1:8080 --subscribers 90 --server-pid "
    "$(pidof vicinod)";

void add_traffic(CLI::App& app, Settings& s) {
  const auto positive = CLI::Range(1, 1'000'000'000);
  app.add_option("--rooms", s.rooms, "Rooms")->check(positive)->group("Load");
  app.add_option("--publishers", s.publishers, "Publishers per room")
      ->check(positive)
      ->group("Load");
  app.add_option("--subscribers", s.subscribers,
                 "Subscribers per room; in a meeting, beside the participants")
      ->check(CLI::NonNegativeNumber)
      ->group("Load");
  app.add_flag("--video,!--no-video", s.video, "Publishers send video (VP8)")->group("Load");
  app.add_flag("--audio,!--no-audio", s.audio, "Publishers send audio (Opus)")->group("Load");
  app.add_option("--bitrate", s.bitrate, "Of a video, all layers together, bit/s")
      ->check(positive)
      ->group("Load");
  app.add_option("--fps", s.frame_rate, "Video frames per second")
      ->check(CLI::Range(1, 240))
      ->group("Load");
  app.add_option("--packet-size", s.packet_size, "RTP payload of a video packet at most, bytes")
      ->check(CLI::Range(100, 1200))
      ->group("Load");
  app.add_option("--layers", s.layers, "Simulcast layers")->check(CLI::Range(1, 3))->group("Load");
  app.add_option("--key-frame-seconds", s.key_frame_seconds,
                 "Between key frames, beside those asked for; 0: only those")
      ->group("Load");
  app.add_option("--audio-bitrate", s.audio_bitrate, "Of a voice, bit/s, in 50 packets a second")
      ->check(CLI::Range(22'400, 400'000))
      ->group("Load");
}

void add_course(CLI::App& app, Settings& s) {
  app.add_option("--duration", s.duration, "Measured time, s")
      ->check(CLI::Range(0.1, 1e6))
      ->group("Course");
  app.add_option("--warmup", s.warmup, "Between the last join and the measured time, s")
      ->check(CLI::NonNegativeNumber)
      ->group("Course");
  app.add_option("--interval", s.interval, "Print a line so often while measuring, s; 0: never")
      ->check(CLI::NonNegativeNumber)
      ->group("Course");
  app.add_option("--ramp", s.ramp, "Joins per second; 0: as fast as can be")
      ->check(CLI::NonNegativeNumber)
      ->group("Course");
  app.add_option("--storm", s.storm,
                 "Subscribers more, which join while it is measured and aren't counted")
      ->group("Course");
  app.add_flag("--churn", s.churn, "They leave again and join again until the end")
      ->group("Course");
  app.add_option("--join-timeout", s.join_timeout,
                 "For all to be in, after the last one's signalling, s")
      ->check(CLI::Range(1, 600))
      ->group("Course");
  app.add_flag("--nack", s.nack, "Subscribers ask for lost video packets again")->group("Course");
  app.add_flag_callback(
         "--default-srtp", [&s] { s.default_profiles = true; },
         "Offer the SRTP profiles that browsers offer; without it AES-128-GCM alone")
      ->group("Course");
}

void add_server(CLI::App& app, Settings& s) {
  app.add_option("--target", s.target, "Kind of server: vicino or janus")
      ->check(CLI::IsMember({"vicino", "janus"}))
      ->group("Server");
  app.add_option("--server", s.server.url, "Its HTTP address")->group("Server");
  app.add_option("--token", s.server.token, "Token to enter the rooms, which are made with it")
      ->group("Server");
  app.add_option("--admin-token", s.server.admin_token,
                 "Token to make rooms; not needed from the server's own machine")
      ->group("Server");
  app.add_flag("!--keep-rooms", s.server.make_rooms,
               "Make no rooms: NAME-0, NAME-1 and so on are there")
      ->group("Server");
  app.add_option("--room-name", s.room_prefix, "Rooms are called NAME-0, NAME-1 and so on")
      ->group("Server");
  app.add_option("--server-pid", s.server_pid, "Process whose CPU time and memory are told")
      ->group("Server");
}

void add_generator(CLI::App& app, Settings& s) {
  app.add_option("--local", s.local,
                 "IPv4 address or range of own addresses for the peers, e.g. 10.9.0.0/16 with "
                 "\"ip route add local 10.9.0.0/16 dev lo\"; without it 127.1.0.0/16 on loopback, "
                 "else this machine's address")
      ->group("Generator");
  app.add_option("--sockets", s.sockets,
                 "UDP sockets that the peers share; 0: one for each 200 peers")
      ->check(CLI::Range(0, 1000))
      ->group("Generator");
  app.add_option("--threads", s.threads, "Threads for signalling")
      ->check(CLI::Range(1, 256))
      ->group("Generator");
  app.add_flag("--trains", s.trains,
               "Hand packets of a frame to the kernel as one (UDP_SEGMENT), as browsers don't")
      ->group("Generator");
  app.add_option("--poll", s.poll_us,
                 "Look at the sockets every so many microseconds, so that a server on this machine "
                 "doesn't pay for "
                 "waking the generator up; 0: be woken")
      ->check(CLI::Range(0, 100'000))
      ->group("Generator");
}

// The scenario decides on all defaults, so it is looked for before anything is read.
Settings defaults_for(int argc, char** argv, std::string& name) {
  for (int i = 1; i < argc; ++i) {
    if (const auto scenario = vicino::load::scenario_named(argv[i])) {
      name = argv[i];
      return vicino::load::settings_of(*scenario);
    }
  }
  return vicino::load::settings_of(vicino::load::Scenario::livestream);
}

}  // namespace

int main(int argc, char** argv) {
  std::string scenario;
  Settings settings = defaults_for(argc, argv, scenario);
  settings.server.url = "http://127.0.0.1:8080";
  CLI::App app(about, "vicino-load");
  app.set_version_flag("--version", VICINO_VERSION);
  app.option_defaults()->always_capture_default();
  app.add_option("scenario", scenario, "livestream, meeting, audio-room or screen")
      ->required()
      ->check(CLI::IsMember({"livestream", "meeting", "audio-room", "screen"}));
  add_traffic(app, settings);
  add_course(app, settings);
  add_server(app, settings);
  add_generator(app, settings);
  CLI11_PARSE(app, argc, argv);
  if (!settings.audio && !settings.video) {
    std::fputs("vicino-load: nothing to send: leave --audio or --video on\n", stderr);
    return 2;
  }
  const auto done = vicino::load::run(settings, [](const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
  });
  if (done) return 0;
  std::fprintf(stderr, "vicino-load: %s\n", done.error().c_str());
  return 1;
}
