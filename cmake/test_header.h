// What every test includes, compiled once for all tests of a build (cmake/vicino.cmake).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <map>
#include <ranges>
#include <span>
#include <variant>
