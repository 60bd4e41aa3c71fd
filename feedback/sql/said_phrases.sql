-- Which of some conversations hold each of the phrases, word after word, and none of the others. Their words are long: few rows at a time.
SELECT conversation_id
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE arrayAll(phrase -> hasSubstr(words, phrase), {phrases:Array(Array(String))})
    AND NOT arrayExists(phrase -> hasSubstr(words, phrase), {unsaid:Array(Array(String))})
SETTINGS max_block_size = 512
