"""The one reader of numbers from text: typed, pasted, cells of a CSV.

`number` is one number and its forms; `cells` are rows of them, as people type them and spreadsheets copy them;
`brackets` are nested lists, as programs print them; `digits` says how far printed digits go; `refusal` is what is said
of a text that is not read. No text means different numbers in different places: what can be read in two ways is read
where something beside it says how, and refused with both readings everywhere else.
"""
