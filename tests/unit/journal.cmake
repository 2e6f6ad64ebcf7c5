find_package(rapidcheck REQUIRED)
set(vfs_fault ${CMAKE_CURRENT_LIST_DIR}/../simulation/vfs_fault.cc)

wissel_test(journal_runtime_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_runtime_test.cc
            DEPS wissel_runtime LABELS fast)
wissel_test(journal_codec_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_codec_test.cc
            DEPS wissel_router_journal rapidcheck LABELS fast)
wissel_test(journal_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_test.cc
            DEPS wissel_router_journal wissel_postgres_testing LABELS fast)
wissel_test(journal_damage_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_damage_test.cc
            DEPS wissel_router_journal)
wissel_test(journal_disk_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_disk_test.cc ${vfs_fault}
            DEPS wissel_router_journal)
wissel_test(sequencer_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/sequencer_test.cc
            DEPS wissel_router_service LABELS fast)
wissel_test(sequencer_recovery_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/sequencer_recovery_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/sequencer_disk_test.cc ${vfs_fault}
            DEPS wissel_router_service LABELS fast)
wissel_test(sequencer_leases_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/sequencer_leases_test.cc
            DEPS wissel_router_service LABELS fast)
