find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME house_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/house_test.py)
set_tests_properties(house_test PROPERTIES LABELS fast)
