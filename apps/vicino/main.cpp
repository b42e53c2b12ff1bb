// vicino: the native client. Joins a call by its link without a browser: publishes files, records
// what it decrypted, prints statistics. The test instrument for many participants, and the start of
// bots.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "join.h"
#include "new_room.h"

int main(int argc, char** argv) {
  CLI::App app("Vicino's native client: end-to-end encrypted calls without a browser.");
  app.require_subcommand(1);
  app.set_version_flag("--version", VICINO_VERSION);

  vicino::cli::JoinOptions join;
  CLI::App* join_command = app.add_subcommand("join", "Join the call of a link");
  join_command->add_option("link", join.link, "The call's link, https://host/j/ROOM#SECRET")
      ->required();
  join_command->add_option("--name", join.name, "Name shown to the others")->capture_default_str();
  join_command
      ->add_option("--publish", join.video_file,
                   "IVF file (VP8, VP9, AV1 or H.264) shown as the camera, in a loop")
      ->check(CLI::ExistingFile);
  join_command
      ->add_option("--audio", join.audio_file, "Ogg Opus file sent as the microphone, in a loop")
      ->check(CLI::ExistingFile);
  join_command
      ->add_option("--seconds", join.seconds, "Leave after this long; 0: stay until interrupted")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  join_command->add_option("--record", join.record,
                           "Write what was decrypted to FILE-PARTICIPANT-SOURCE.ivf and .opus");
  join_command->add_option(
      "--record-sealed", join.record_sealed,
      "Write the frames as they arrived, before decryption: all that a server ever sees");
  join_command->add_flag("--headless-stats", join.stats,
                         "Print a JSON line of statistics every second and at the end");
  join_command
      ->add_option("--participants", join.participants,
                   "How many participants to be, in this one process")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  join_command->add_option("--video-slots", join.video_slots, "How many videos to receive at once")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  join_command->add_option("--audio-slots", join.audio_slots, "How many voices to receive at once")
      ->capture_default_str()
      ->check(CLI::Range(0, 20));
  auto* const identity = join_command->add_option(
      "--identity", join.identity_file,
      "File that keeps who one is, and whom one has verified, from call to call; secret");
  join_command
      ->add_flag("--guest", join.guest, "Be nobody known: with a fresh identity, kept nowhere")
      ->excludes(identity);
  join_command->add_option("--color", join.color, "Number of the color shown to the others")
      ->capture_default_str()
      ->check(CLI::Range(0, 255));
  join_command->add_flag("--admit", join.admit, "As a host, let everybody in who waits");
  join_command->add_flag("--no-lobby", join.open_lobby,
                         "As a host, let people in without asking: switch the lobby off");
  join_command->add_option("--say", join.say, "Say this to the others once somebody is there");
  join_command->add_flag(
      "--commands", join.commands,
      "Do what lines of standard input say: say TEXT, hand on, admit NAME, remove NAME, "
      "lobby off, lock on, renew-link, confirm-code, leave, and more (apps/vicino/member.h)");

  std::string server;
  CLI::App* new_room_command = app.add_subcommand("new-room", "Print a link to a fresh room");
  new_room_command
      ->add_option("server", server, "The server's address, e.g. https://vicino.example")
      ->required();

  CLI11_PARSE(app, argc, argv);
  if (*new_room_command) return vicino::cli::new_room(server);
  return vicino::cli::join_call(join);
}
