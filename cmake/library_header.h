// What most of the code includes, compiled once for all of a build (cmake/vicino.cmake). Files include what they use all the
// same: builds without sanitizers know nothing of this.
#include <algorithm>
#include <array>
#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>
